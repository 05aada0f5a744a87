/** Zod schemas as JSON Schema (draft 2020-12), with the named ones gathered in one place, as OpenAPI 3.1 and AsyncAPI 3 want them. */
import * as z from 'zod';

export type JsonSchema = Record<string, unknown>;
/** `input`: what a client may send, before defaults. `output`: what it receives. */
export type Side = 'input' | 'output';

/** Collects every schema that has an id (`.meta({ id })`) below `#/components/schemas` and leaves references to it. */
export class SchemaCollection {
  private readonly named = new Map<string, JsonSchema>();

  /** The schema as it stands in a document: inline, or a reference when it has an id. */
  describe(schema: z.ZodType, side: Side): JsonSchema {
    const converted = z.toJSONSchema(schema, {
      io: side,
      unrepresentable: 'any',
      target: 'draft-2020-12',
    }) as JsonSchema;
    const { $schema: _dialect, $defs, ...inline } = converted;
    for (const [name, definition] of Object.entries(($defs ?? {}) as Record<string, JsonSchema>))
      this.add(name, definition);
    return pointAtComponents(inline) as JsonSchema;
  }

  /** All named schemas, sorted by name so that the emitted file is stable. */
  components(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.named].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  private add(name: string, definition: JsonSchema): void {
    const { id: _id, ...rest } = definition;
    const pointed = pointAtComponents(rest) as JsonSchema;
    const known = this.named.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(pointed)) {
      throw new Error(`Two different schemas are called ${name}: give each its own id, also for input and output.`);
    }
    this.named.set(name, pointed);
  }
}

/** Zod refers to `#/$defs/X`; both document formats keep shared schemas in `#/components/schemas/X`. */
function pointAtComponents(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(pointAtComponents);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) =>
      key === '$ref' && typeof value === 'string'
        ? [key, value.replace('#/$defs/', '#/components/schemas/')]
        : [key, withoutNoise(key, pointAtComponents(value))],
    ),
  );
}

/** JavaScript's own bounds of a whole number say nothing to a reader. */
function withoutNoise(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { minimum, maximum, ...rest } = value as JsonSchema;
  return {
    ...rest,
    ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
  };
}
