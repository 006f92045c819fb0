/**
 * JSON schemas of TypeScript types, in the dialect of OpenAPI 3.0. The form of an answer is thus written only once, as its
 * type.
 */
import ts from 'typescript'

export interface Schema {
  $ref?: string
  type?: string
  format?: string
  description?: string
  example?: unknown
  nullable?: boolean
  enum?: unknown[]
  items?: Schema
  minItems?: number
  maxItems?: number
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  pattern?: string
  default?: unknown
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  allOf?: Schema[]
  anyOf?: Schema[]
  oneOf?: Schema[]
}

interface NamedSchema {
  /** Name of the type. Another type may have the same name. */
  name: string
  /** Folder of its declaration, to distinguish two types of one name. */
  folder: string
  schema: Schema
  /** References to it, which are completed once all names are known. */
  references: Schema[]
}

/** Schemas of the requested types, and of the named types that they consist of. */
export class SchemaRegistry {
  private readonly named = new Map<ts.Type, NamedSchema>()

  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly program: ts.Program,
  ) {}

  schemaOf(type: ts.Type): Schema {
    const parts = partsOf(type)
    const values = parts.filter((part) => !isNullish(part))
    if (values.length < parts.length && values.length > 0)
      return withNull(this.unionOf(values), isNull(parts))
    const name = this.nameOf(type)
    return name === null ? this.shapeOf(type) : this.reference(type, name)
  }

  /** The named types. Two types of one name are distinguished by the folders of their declarations. */
  components(): Record<string, Schema> {
    const all = [...this.named.values()]
    const isTaken = ({ name }: NamedSchema) => all.filter((other) => other.name === name).length > 1
    return Object.fromEntries(
      all.map((entry) => {
        const name = isTaken(entry) ? capital(entry.folder) + entry.name : entry.name
        for (const reference of entry.references) reference.$ref = `#/components/schemas/${name}`
        return [name, entry.schema]
      }),
    )
  }

  private reference(type: ts.Type, name: string): Schema {
    const entryOfType = this.named.get(type)
    const reference: Schema = {}
    if (entryOfType) entryOfType.references.push(reference)
    else {
      const symbol = type.aliasSymbol ?? type.symbol
      const entry: NamedSchema = { name, folder: folderOf(symbol), schema: {}, references: [reference] }
      // Registered before its shape is read, because the shape may refer to the type itself.
      this.named.set(type, entry)
      Object.assign(entry.schema, withDescription(this.shapeOf(type), this.commentOf(symbol)))
    }
    return reference
  }

  private shapeOf(type: ts.Type): Schema {
    if (type.isUnion()) return this.unionOf(type.types)
    if (type.isStringLiteral() || type.isNumberLiteral())
      return { type: typeof type.value, enum: [type.value] }
    if (type.flags & ts.TypeFlags.BooleanLiteral)
      return { type: 'boolean', enum: [this.checker.typeToString(type) === 'true'] }
    if (type.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.TemplateLiteral)) return { type: 'string' }
    if (type.flags & ts.TypeFlags.NumberLike) return { type: 'number' }
    if (type.flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' }
    if (type.flags & ts.TypeFlags.NonPrimitive) return { type: 'object' }
    if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {}
    return this.objectOf(type)
  }

  private objectOf(type: ts.Type): Schema {
    if (type.symbol?.name === 'Date') return { type: 'string', format: 'date-time' }
    if (['Buffer', 'Uint8Array'].includes(type.symbol?.name)) return { type: 'string', format: 'binary' }
    if (this.checker.isTupleType(type)) return this.tupleOf(type as ts.TypeReference)
    if (this.checker.isArrayLikeType(type))
      return {
        type: 'array',
        items: this.schemaOf(this.checker.getTypeArguments(type as ts.TypeReference)[0]!),
      }
    const properties = this.checker.getPropertiesOfType(type).filter((p) => !isMethod(p))
    const index = this.checker.getIndexInfosOfType(type)[0]
    const required = properties.filter((p) => !(p.flags & ts.SymbolFlags.Optional)).map((p) => p.name)
    return {
      type: 'object',
      ...(properties.length > 0 && {
        properties: Object.fromEntries(properties.map((p) => [p.name, this.propertyOf(p)])),
      }),
      ...(required.length > 0 && { required }),
      ...(index && { additionalProperties: this.schemaOf(index.type) }),
    }
  }

  /** OpenAPI 3.0 has no tuples: an array of the same length, each item of one of the types. */
  private tupleOf(type: ts.TypeReference): Schema {
    const items = [...new Set(this.checker.getTypeArguments(type))]
    return {
      type: 'array',
      items: items.length === 1 ? this.schemaOf(items[0]!) : this.unionOf(items),
      minItems: this.checker.getTypeArguments(type).length,
      maxItems: this.checker.getTypeArguments(type).length,
    }
  }

  private propertyOf(symbol: ts.Symbol): Schema {
    const schema = this.schemaOf(this.checker.getTypeOfSymbol(symbol))
    const example = symbol.getJsDocTags(this.checker).find((tag) => tag.name === 'example')
    return withDescription(
      schema,
      this.commentOf(symbol) || unitOf(symbol.name),
      example && exampleValueOf(ts.displayPartsToString(example.text)),
    )
  }

  private unionOf(types: readonly ts.Type[]): Schema {
    const literals = types.filter((type) => type.isStringLiteral() || type.isNumberLiteral())
    const booleans = types.filter((type) => type.flags & ts.TypeFlags.BooleanLike)
    const others = types.filter((type) => !literals.includes(type as never) && !booleans.includes(type))
    const members = others.map((type) => this.schemaOf(type))
    for (const kind of ['string', 'number']) {
      const values = literals.map((type) => (type as ts.LiteralType).value).filter((v) => typeof v === kind)
      if (values.length > 0) members.unshift({ type: kind, enum: values })
    }
    if (booleans.length > 0)
      members.push(booleans.length > 1 ? { type: 'boolean' } : this.shapeOf(booleans[0]!))
    return members.length === 1 ? members[0]! : { anyOf: members }
  }

  /** Name of a type that becomes a component; null for a type that is written inline. */
  private nameOf(type: ts.Type): string | null {
    const symbol = type.aliasSymbol && !this.isBuiltIn(type.aliasSymbol) ? type.aliasSymbol : type.symbol
    const isNamed =
      symbol === type.aliasSymbol ||
      Boolean(symbol && symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class))
    if (!symbol || !isNamed || this.isBuiltIn(symbol)) return null
    const names = this.argumentsOf(type, symbol).map((argument) => this.nameOf(argument))
    return names.includes(null) ? null : names.join('') + symbol.name
  }

  private argumentsOf(type: ts.Type, symbol: ts.Symbol): readonly ts.Type[] {
    if (symbol === type.aliasSymbol) return type.aliasTypeArguments ?? []
    const { target } = type as ts.TypeReference
    return this.checker
      .getTypeArguments(type as ts.TypeReference)
      .slice(0, target?.typeParameters?.length ?? 0)
  }

  private isBuiltIn(symbol: ts.Symbol): boolean {
    const file = symbol.declarations?.[0]?.getSourceFile()
    return !file || this.program.isSourceFileDefaultLibrary(file) || file.fileName.includes('/@types/node/')
  }

  private commentOf(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(this.checker)).replace(/\s*\n\s*/g, ' ')
  }
}

const UNITS: [RegExp, string][] = [
  [/Bps$/, 'bit/s.'],
  [/Ms$/, 'ms.'],
  [/Bytes$/, 'Bytes.'],
  [/Dbm$/, 'dBm.'],
  [/Ratio$/, '0 to 1.'],
  [/accuracyM$/, 'm.'],
  [/^(lat|lng)$/, 'Degrees, WGS 84.'],
  [/^confidence$/, '0 to 1.'],
]

/** The unit that the name of a field ends with; empty if it has none. */
export const unitOf = (name: string): string => UNITS.find(([form]) => form.test(name))?.[1] ?? ''

/** Adds a description and an example. A reference allows no properties beside it, so it is wrapped in `allOf`. */
export function withDescription(schema: Schema, description: string, example?: unknown): Schema {
  if (description === '' && example === undefined) return schema
  const annotations = {
    ...(description !== '' && { description }),
    ...(example !== undefined && { example }),
  }
  return '$ref' in schema || Object.keys(schema).length === 0
    ? { allOf: [schema], ...annotations }
    : { ...schema, ...annotations }
}

function withNull(schema: Schema, isNullable: boolean): Schema {
  if (!isNullable) return schema
  if (schema.enum) return { ...schema, nullable: true, enum: [...schema.enum, null] }
  if (schema.type) return { ...schema, nullable: true }
  if (schema.anyOf) return { anyOf: [withNull(schema.anyOf[0]!, true), ...schema.anyOf.slice(1)] }
  return { type: 'object', nullable: true, allOf: [schema] }
}

const partsOf = (type: ts.Type): readonly ts.Type[] => (type.isUnion() ? type.types : [type])
const isNullish = ({ flags }: ts.Type) =>
  Boolean(flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined | ts.TypeFlags.Void))
const isNull = (types: readonly ts.Type[]) => types.some(({ flags }) => flags & ts.TypeFlags.Null)
const isMethod = ({ flags, declarations }: ts.Symbol) =>
  Boolean(flags & ts.SymbolFlags.Method) || declarations?.some(ts.isMethodSignature)
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

function folderOf({ declarations }: ts.Symbol): string {
  const path = declarations?.[0]?.getSourceFile().fileName.split('/') ?? []
  return (path.at(-2) ?? '').replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** The value of an `@example`: parsed if it is JSON, otherwise the text itself. */
export function exampleValueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
