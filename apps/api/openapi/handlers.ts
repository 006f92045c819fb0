/** Reads facts about each route from the sources of the controllers that Nest's own document lacks. */
import type { HttpException } from '@nestjs/common'
import { RIGHTS, type Right } from '#domain/account'
import * as nest from '@nestjs/common'
import { dirname, resolve } from 'node:path'
import ts from 'typescript'
import { type Schema, SchemaRegistry } from './type-schema.js'

export interface RouteHandler {
  /** Schema of the answer; null if the method returns nothing, because it sends its reply itself or there is none. */
  answer: Schema | null
  /** Whether it may also return nothing, which answers 204. */
  mayBeNothing: boolean
  /** Whether it returns a page of a list, which has the header `Link`. */
  isPage: boolean
  mediaType: string | null
  summary: string
  description: string
  /** Statuses of the exceptions that the method, or a function of apps/api that it calls, may throw. */
  refusals: ReadonlySet<number>
  /** The right that an account needs to use it; null if it is open to everybody. */
  right: Right | null
  /** Whether a device's token is required, or accepted instead of a person's session. */
  acceptsDevice: boolean
  isThrottled: boolean
  /** Names of the fields of the query. */
  query: readonly string[]
  /** Names of the fields of path, query and body that are whole numbers. */
  wholeNumbers: ReadonlySet<string>
  /** Schema of a body whose type is no class; null for classes, which Nest describes. */
  body: Schema | null
  /** Names of the path parameters that are UUIDs, by their pipe. */
  uuids: ReadonlySet<string>
}

export interface Handlers {
  /** Handlers by `Class.method`. */
  handlers: ReadonlyMap<string, RouteHandler>
  /** Description of each tag: the comment of its first controller, or of the controller of the same name. */
  tags: ReadonlyMap<string, string>
  problem: Schema
  components: Record<string, Schema>
}

export function readHandlers(root: string): Handlers {
  const program = programOf(root)
  const reader = new SourceReader(program, resolve(root, 'apps/api'))
  const handlers = new Map<string, RouteHandler>()
  const tags = new Map<string, string>()
  for (const file of program.getSourceFiles().filter((source) => reader.isOurs(source)))
    for (const node of file.statements) {
      if (!ts.isClassDeclaration(node) || !node.name || !decoratorsOf(node).has('Controller')) continue
      const tag = reader.textOf(decoratorsOf(node).get('ApiTags')?.arguments[0])
      const isNamesake = node.name.text.toLowerCase() === `${tag}controller`
      if (tag && commentOf(node) !== '' && (isNamesake || !tags.has(tag))) tags.set(tag, commentOf(node))
      for (const method of node.members.filter(ts.isMethodDeclaration))
        if (isRoute(method))
          handlers.set(`${node.name.text}.${method.name.getText()}`, reader.handlerOf(method))
    }
  const problem = reader.typeNamed('http/problem.ts', 'Problem')
  return { handlers, tags, problem, components: reader.book.components() }
}

function programOf(root: string): ts.Program {
  const path = resolve(root, 'tsconfig.json')
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path, (name) => ts.sys.readFile(name)).config,
    ts.sys,
    dirname(path),
  )
  return ts.createProgram([resolve(root, 'apps/api/app.module.ts')], options)
}

class SourceReader {
  private readonly checker: ts.TypeChecker
  readonly book: SchemaRegistry

  constructor(
    private readonly program: ts.Program,
    private readonly folder: string,
  ) {
    this.checker = program.getTypeChecker()
    this.book = new SchemaRegistry(this.checker, program)
  }

  isOurs(file: ts.SourceFile): boolean {
    return file.fileName.startsWith(`${this.folder}/`)
  }

  typeNamed(path: string, name: string): Schema {
    const file = this.program.getSourceFile(`${this.folder}/${path}`)!
    const symbol = this.checker
      .getExportsOfModule(this.checker.getSymbolAtLocation(file)!)
      .find((exported) => exported.name === name)!
    return this.book.schemaOf(this.checker.getDeclaredTypeOfSymbol(symbol))
  }

  textOf(node: ts.Expression | undefined): string | null {
    const type = node && this.checker.getTypeAtLocation(node)
    return type?.isStringLiteral() ? type.value : null
  }

  handlerOf(method: ts.MethodDeclaration): RouteHandler {
    const decorators = decoratorsOf(method)
    const returned = this.returnOf(method)
    const parts = returned.isUnion() ? returned.types : [returned]
    const isVoid = (type: ts.Type) => Boolean(type.flags & (ts.TypeFlags.Void | ts.TypeFlags.Undefined))
    const { refusals, calls } = this.reachableFrom(method)
    const right = this.rightOf(decorators.get('RequireRight'))
    const comment = commentOf(method)
    const properties = this.checker.getPropertiesOfType(returned).map(({ name }) => name)
    return {
      answer: parts.every(isVoid) ? null : this.book.schemaOf(returned),
      mayBeNothing: parts.some(isVoid) && !parts.every(isVoid),
      isPage: properties.includes('items') && properties.includes('next'),
      mediaType: this.mediaTypeOf(method),
      summary: firstSentence(comment),
      description: comment,
      refusals: new Set([
        ...refusals,
        ...(right ? [401, 403] : decorators.has('OptionalSignIn') ? [401] : []),
      ]),
      right,
      acceptsDevice: calls.has('ofToken'),
      isThrottled: (ts.getDecorators(method) ?? []).some((decorator) =>
        decorator.getText().includes('Throttle'),
      ),
      ...this.parametersOf(method),
    }
  }

  private rightOf(call: ts.CallExpression | undefined): Right | null {
    const text = this.textOf(call?.arguments[0])
    return text !== null && Object.hasOwn(RIGHTS, text) ? (text as Right) : null
  }

  private returnOf(method: ts.MethodDeclaration): ts.Type {
    const returned = this.checker.getReturnTypeOfSignature(this.checker.getSignatureFromDeclaration(method)!)
    return this.checker.getAwaitedType(returned) ?? returned
  }

  private mediaTypeOf(method: ts.MethodDeclaration): string | null {
    const headers =
      ts
        .getDecorators(method)
        ?.map(callOf)
        .filter((call) => nameOf(call) === 'Header') ?? []
    const type = headers.find((call) => this.textOf(call!.arguments[0]) === 'content-type')
    return this.textOf(type?.arguments[1])?.split(';')[0] ?? null
  }

  private parametersOf(
    method: ts.MethodDeclaration,
  ): Pick<RouteHandler, 'query' | 'wholeNumbers' | 'body' | 'uuids'> {
    const query: string[] = []
    const wholeNumbers = new Set<string>()
    const uuids = new Set<string>()
    let body: Schema | null = null
    for (const parameter of method.parameters) {
      const decorators = decoratorsOf(parameter)
      const type = this.checker.getTypeAtLocation(parameter)
      const fields = this.checker.getPropertiesOfType(type)
      const isClass = Boolean(type.symbol?.flags & ts.SymbolFlags.Class)
      const path = decorators.get('Param')
      if (path?.arguments.some((pipe) => pipe.getText() === 'ParseIntPipe'))
        wholeNumbers.add(this.textOf(path.arguments[0])!)
      if (path?.arguments.some((pipe) => pipe.getText() === 'ParseUUIDPipe'))
        uuids.add(this.textOf(path.arguments[0])!)
      if (decorators.has('Query') && decorators.get('Query')!.arguments.length === 0 && isClass)
        query.push(...fields.map(({ name }) => name))
      if (decorators.has('Query') || decorators.has('Body'))
        for (const field of fields) if (hasDecorator(field, 'IsInt')) wholeNumbers.add(field.name)
      if (decorators.has('Body') && !isClass) body = this.book.schemaOf(type)
    }
    return { query, wholeNumbers, uuids, body }
  }

  /**
   * The statuses of the exceptions that the method may throw, and the names of the functions that it may call. Follows every
   * function and every object of apps/api that is named on the way. Pipes and query classes refuse with 400.
   */
  private reachableFrom(method: ts.MethodDeclaration): { refusals: Set<number>; calls: Set<string> } {
    const refusals = new Set<number>(method.parameters.length > 0 ? [400] : [])
    const seen = new Set<ts.Node>([method])
    const calls = new Set<string>()
    const visit = (node: ts.Node): void => {
      const thrown = ts.isNewExpression(node)
        ? node.expression
        : ts.isPropertyAssignment(node) && node.initializer
      const status = thrown ? statusOf(thrown.getText()) : null
      if (status) refusals.add(status)
      if (ts.isIdentifier(node)) {
        const next = this.functionAt(node)
        if (next && !seen.has(next)) {
          seen.add(next)
          calls.add(node.text)
          ts.forEachChild(next, visit)
        }
      }
      ts.forEachChild(node, visit)
    }
    if (method.body) visit(method.body)
    return { refusals, calls }
  }

  private functionAt(name: ts.Identifier): ts.Node | null {
    let symbol = this.checker.getSymbolAtLocation(name)
    if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = this.checker.getAliasedSymbol(symbol)
    const declaration = symbol?.valueDeclaration
    if (!declaration || !this.isOurs(declaration.getSourceFile())) return null
    if (ts.isFunctionDeclaration(declaration) || ts.isMethodDeclaration(declaration)) return declaration
    const constant = ts.isVariableDeclaration(declaration) ? unwrapped(declaration.initializer) : undefined
    return constant && (ts.isArrowFunction(constant) || ts.isObjectLiteralExpression(constant))
      ? constant
      : null
  }
}

/** The expression without `as const` and `satisfies`. */
function unwrapped(node: ts.Expression | undefined): ts.Expression | undefined {
  return node && (ts.isAsExpression(node) || ts.isSatisfiesExpression(node))
    ? unwrapped(node.expression)
    : node
}

type AnyException = new () => HttpException

/** The status of one of Nest's exceptions by its name; null for any other name. */
function statusOf(name: string): number | null {
  const type = (nest as unknown as Record<string, AnyException | undefined>)[name]
  return name.endsWith('Exception') && type?.prototype instanceof nest.HttpException
    ? new type().getStatus()
    : null
}

const ROUTES = ['Get', 'Post', 'Put', 'Patch', 'Delete']
const isRoute = (method: ts.MethodDeclaration) => ROUTES.some((name) => decoratorsOf(method).has(name))

function callOf({ expression }: ts.Decorator): ts.CallExpression | null {
  return ts.isCallExpression(expression) ? expression : null
}

const nameOf = (call: ts.CallExpression | null) => call?.expression.getText()

function decoratorsOf(node: ts.HasDecorators): Map<string, ts.CallExpression> {
  const calls = (ts.getDecorators(node) ?? []).map(callOf).filter((call) => call !== null)
  return new Map(calls.map((call) => [nameOf(call)!, call]))
}

function hasDecorator({ declarations }: ts.Symbol, name: string): boolean {
  return Boolean(declarations?.some((node) => ts.canHaveDecorators(node) && decoratorsOf(node).has(name)))
}

function commentOf(node: ts.Node): string {
  const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment
  return (ts.getTextOfJSDocComment(comment) ?? '').replace(/\s*\n\s*/g, ' ').trim()
}

/** The first sentence without its full stop, as a title. */
const firstSentence = (text: string) => /^.*?[.:](?=\s|$)/.exec(text)?.[0].slice(0, -1) ?? text
