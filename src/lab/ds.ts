import { dsRdata, sha256 } from '../crypto/index.ts'
import type { Name } from '../wire/index.ts'
import { corrupted, u16, withOctets } from './octets.ts'
import type { DsEdit } from './types.ts'

/** Where the fields of DS are (RFC 4034 §5.1). */
const dsField = { keyTag: 0, algorithm: 2, digestType: 3, digest: 4 }

/** Octets of a digest that is to be wrong. */
const wrongOctets = 4

/** RDATA of a DS RRset of a key as the edit has it. */
export function editDs(
  rdatas: readonly Uint8Array[],
  edit: DsEdit,
  owner: Name,
  dnskey: Uint8Array,
): readonly Uint8Array[] {
  const put = (offset: number, octets: readonly number[]) =>
    rdatas.map((rdata) => withOctets(rdata, offset, octets))
  switch (edit.kind) {
    case 'none':
      return []
    case 'strip': // Done to messages: the parent has it, and does not say it.
      return rdatas
    case 'keyTag':
      return put(dsField.keyTag, u16(edit.keyTag))
    case 'algorithm':
      return put(dsField.algorithm, [edit.algorithm])
    case 'digestType':
      return put(dsField.digestType, [edit.digestType])
    case 'digest':
      return rdatas.map((rdata) => {
        const digest = sha256(Buffer.from(edit.of)).subarray(0, rdata.length - dsField.digest)
        return withOctets(rdata, dsField.digest, [...digest])
      })
    case 'made':
      return [dsRdata(owner, dnskey, edit.digestType)]
    case 'extra': {
      const right = dsRdata(owner, dnskey, edit.digestType)
      const ds = withOctets(right, dsField.algorithm, [edit.algorithm])
      const isRight = edit.digest === 'right'
      return [...rdatas, isRight ? ds : corrupted(ds, dsField.digest, wrongOctets)]
    }
  }
}
