import { Type } from 'typebox'

/** What `schema` of a route says of the answer that it gives when all is well. */
export interface Gives {
  readonly response: unknown
}

/** A route answers with this status and JSON of this form; those without a body name no form. */
export function gives(status: number, form?: Type.TSchema, ...more: readonly number[]): Gives {
  const answer = answerOf(form)
  return { response: Object.fromEntries([status, ...more].map((each) => [each, answer])) }
}

/** A route answers with a text of this media type, or with JSON where that has a form. */
export function givesText(mediaType: string, json?: Type.TSchema): Gives {
  const text = { [mediaType]: { schema: Type.String() } }
  const also = json === undefined ? {} : { 'application/json': { schema: json } }
  return { response: { 200: { description: 'As asked', content: { ...text, ...also } } } }
}

function answerOf(form: Type.TSchema | undefined): object {
  if (form === undefined) return { description: 'Done', type: 'null' }
  return { description: 'As asked', content: { 'application/json': { schema: form } } }
}

/** An object that has nothing but what is named. */
export function only<P extends Record<string, Type.TSchema>>(properties: P) {
  return Type.Object(properties, { additionalProperties: false })
}
