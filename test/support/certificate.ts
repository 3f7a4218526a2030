import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Credentials } from '../../src/server/index.ts'

/** A fresh P-256 key and a self-signed certificate for `commonName`, made by openssl. */
export function selfSigned(commonName: string): Credentials {
  const directory = mkdtempSync(join(tmpdir(), 'danelaw-certificate-'))
  try {
    const key = join(directory, 'key.pem')
    const certificate = join(directory, 'certificate.pem')
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
        ...[
          '-days',
          '30',
          '-subj',
          `/CN=${commonName}`,
          '-addext',
          `subjectAltName=DNS:${commonName}`,
        ],
        ...['-keyout', key, '-out', certificate],
      ],
      { stdio: 'pipe' },
    )
    return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
