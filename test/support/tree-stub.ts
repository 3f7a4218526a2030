import { formatType, type RRType } from '../../src/rr/index.ts'
import type { Resolution, Stub } from '../../src/stub/index.ts'
import type { LookupResult } from '../../src/validator/index.ts'
import { formatName, type Name } from '../../src/wire/index.ts'
import { judge, type Tamper, type Tree, trustStore } from './signed-tree.ts'

/** A stub without a network: every verdict is the validator's, on answers of a tree's server. */
export interface TreeStub extends Stub {
  /** Such as `mx.shop.test. TLSA`, in the order they were asked. */
  readonly asked: readonly string[]
}

/** Asks a tree; `tamper` may change what its server says. */
export function treeStub(tree: Tree, tamper?: Tamper): TreeStub {
  const asked: string[] = []
  const context = { trust: trustStore() }
  const options = { context, ...(tamper && { tamper }) }
  return {
    asked,
    resolve(name: Name, type: RRType): Promise<Resolution> {
      asked.push(`${formatName(name)} ${formatType(type)}`)
      const verdict = judge(tree, formatName(name), formatType(type), options)
      return Promise.resolve({ ...verdict, elapsedMs: 0, queries: verdict.lookups.length })
    },
    close: () => Promise.resolve(),
  }
}

/** Lets lookups of these names and types (`mx.shop.test. TLSA`) fail, as with this rcode. */
export function failing(rcode: number, ...questions: readonly string[]): Tamper {
  return (message, { name, type }): ReturnType<Tamper> => {
    if (!questions.includes(`${formatName(name)} ${formatType(type)}`)) return message
    const reason = { text: 'the server refuses', ede: undefined }
    return { kind: 'failed', reason, rcode } satisfies LookupResult
  }
}

/** Spoils the last octet of every signature in answers to these questions. */
export function spoiling(...questions: readonly string[]): Tamper {
  return (message, { name, type }) => {
    if (!questions.includes(`${formatName(name)} ${formatType(type)}`)) return message
    const spoil = (records: typeof message.answer) =>
      records.map((record) => {
        if (formatType(record.type) !== 'RRSIG') return record
        const rdata = record.rdata.slice()
        rdata[rdata.length - 1] = (rdata.at(-1) ?? 0) ^ 1
        return { ...record, rdata }
      })
    return { ...message, answer: spoil(message.answer), authority: spoil(message.authority) }
  }
}
