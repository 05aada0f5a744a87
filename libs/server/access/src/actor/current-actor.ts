import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { Request } from 'express';
import type { SignedInActor } from './signed-in-actor.js';

const actors = new WeakMap<object, SignedInActor>();

/** Kept beside the request and not on it, so that nothing a client sends can be mistaken for it. */
export const rememberActor = (request: object, actor: SignedInActor): void => void actors.set(request, actor);

/** Who makes this request; `undefined` on anonymous routes without a valid token. */
export const actorOfRequest = (request: object): SignedInActor | undefined => actors.get(request);

/** The {@link SignedInActor} of the request. Only on routes that require more than `anonymous`. */
export const CurrentActor = createParamDecorator((_data: unknown, context: ExecutionContext): SignedInActor => {
  const actor = actorOfRequest(context.switchToHttp().getRequest<Request>());
  if (actor === undefined)
    throw new Error(`@CurrentActor() stands on the anonymous route of ${context.getHandler().name}`);
  return actor;
});
