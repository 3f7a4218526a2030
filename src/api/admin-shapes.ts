import { Type } from 'typebox'
import { only } from './answers.ts'
import type { Failure } from './failure.ts'

/** Body of a call of a cmdlet. */
export const InvokeSchema = Type.Object({
  CmdletInput: Type.Object({
    CmdletName: Type.String({ minLength: 1, maxLength: 128 }),
    Parameters: Type.Optional(Type.Union([Type.Record(Type.String(), Type.Any()), Type.Null()])),
  }),
})
/** Whose domains: a tenant, or one of its domains. */
export const InvokeParams = Type.Object({ tenant: Type.String({ maxLength: 1100 }) })
/** What of the rows is wanted, and which page. */
export const InvokeQuery = Type.Object({
  $select: Type.Optional(Type.String({ maxLength: 2048, description: 'Columns, by commas' })),
  $skiptoken: Type.Optional(Type.String({ maxLength: 2048 })),
})
/** Headers that the module of Exchange Online sends, as far as they are heeded. */
export const InvokeHeaders = Type.Object({
  'x-responseformat': Type.Optional(Type.String({ description: 'json; clixml is refused' })),
  prefer: Type.Optional(Type.String({ description: 'odata.maxpagesize=N' })),
})

/** Rows of a cmdlet, in the envelope of OData. */
export const RowsAnswer = only({
  '@odata.context': Type.String(),
  value: Type.Array(Type.Object({})),
  '@odata.nextLink': Type.Optional(Type.String()),
})

const message = Type.Object({ message: Type.String() })
/** An error as Exchange Online's admin API gives it. */
export const AdminErrorSchema = Type.Object({
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    details: Type.Array(
      Type.Object({ code: Type.String(), target: Type.String(), message: Type.String() }),
    ),
    innererror: Type.Object({
      message: Type.String(),
      type: Type.String(),
      internalexception: message,
    }),
  }),
})

/** Words for statuses, as OData has them. */
const codes: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  406: 'NotAcceptable',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
}

/** The same error in that form; `type` is the stable code. */
export function adminErrorOf({ status, code, message: text }: Failure): Record<string, unknown> {
  const word = codes[status] ?? (status < 500 ? 'BadRequest' : 'InternalServerError')
  return {
    error: {
      ...{ code: word, message: text },
      details: [{ code, target: '', message: text }],
      innererror: { message: text, type: code, internalexception: { message: text } },
    },
  }
}
