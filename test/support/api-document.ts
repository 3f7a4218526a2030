import { Compile } from 'typebox/schema'
import { describeApi } from '../../src/api/index.ts'

type Schema = Readonly<Record<string, unknown>>

interface Document {
  readonly components: object
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          { readonly responses: Readonly<Record<string, { readonly content?: Content }>> }
        >
      >
    >
  >
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>

/** An answer of the API, as far as the document speaks of it. */
export interface Described {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly status: number
  readonly mediaType: string | undefined
  readonly text: string
}

const document = (await describeApi('1.2.3')) as Document
const compiled = new Map<Schema, ReturnType<typeof Compile>>()
const templates = Object.keys(document.paths).map((template) => ({
  template,
  form: new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}/?$`),
}))

/**
 * What the OpenAPI document says otherwise of an answer than what came; undefined where they
 * agree, and for what is no route.
 */
export function contradiction({
  method,
  path,
  status,
  mediaType,
  text,
}: Described): string | undefined {
  const [bare = ''] = path.split('?')
  // The more a template says itself, the shorter what is left to parameters.
  const known = templates.filter(({ form }) => form.test(bare))
  const { template } = known.sort((a, b) => parameters(a) - parameters(b))[0] ?? {}
  // What the parser of HTTP refuses never came to a route.
  if (status >= 400 && mediaType === undefined) return undefined
  const operation = template && document.paths[template]?.[method.toLowerCase()]
  if (!operation) return undefined
  const { responses } = operation
  const response = responses[status] ?? responses[`${String(status)[0]}XX`]
  if (!response) return status === 304 || status === 500 ? undefined : `it has no ${status}`
  if (!response.content) return text === '' ? undefined : 'it has no body there'
  const [type = ''] = (mediaType ?? '').split(';')
  const schema = response.content[type]?.schema
  if (!schema) return `it has no ${type} at ${status}`
  if (!type.endsWith('json')) return undefined
  const validator = compiled.get(schema) ?? Compile({ ...schema, components: document.components })
  compiled.set(schema, validator)
  const [isGood, errors] = validator.Errors(JSON.parse(text))
  return isGood ? undefined : JSON.stringify(errors)
}

function parameters({ template }: { readonly template: string }): number {
  return template.split('{').length
}
