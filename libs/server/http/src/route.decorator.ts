import { HttpCode, RequestMapping, RequestMethod, SetMetadata, applyDecorators } from '@nestjs/common';
import type { Method, RouteDefinition } from '@lockstep/contract';

/** Metadata key of a controller method's route definition. */
export const ROUTE = 'lockstep:route';

const methods: Readonly<Record<Method, RequestMethod>> = {
  get: RequestMethod.GET,
  post: RequestMethod.POST,
  put: RequestMethod.PUT,
  patch: RequestMethod.PATCH,
  delete: RequestMethod.DELETE,
};

/** Binds a controller method to a route of the contract: its method, path, success status and requirement come from there. */
export const Route = (route: RouteDefinition): MethodDecorator =>
  applyDecorators(
    RequestMapping({ method: methods[route.method], path: route.path.replace(/\{(\w+)\}/g, ':$1') }),
    HttpCode(route.success.status),
    SetMetadata(ROUTE, route),
  );
