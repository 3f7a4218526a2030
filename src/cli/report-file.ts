import { CodedError } from '../base/index.ts'
import {
  compressReport,
  defaultReportLimits,
  type ReportProfile,
  type RptReport,
  readReport,
  writeReport,
} from '../tlsrpt/index.ts'
import { readOctets, writeText } from './files.ts'
import type { Io } from './io.ts'

/** For all to read: a report is made to be sent away. */
const reportMode = 0o644

/**
 * Reads a TLS report from a file, or with `-` from standard input: plain or in gzip, in the shape
 * of the RFC or in that of Exchange Online.
 *
 * @throws {CodedError} `file-unreadable`, `report-invalid`
 */
export async function readReportFile(file: string, io: Io): Promise<RptReport> {
  const octets = await readOctets(file, io, defaultReportLimits.octets)
  try {
    return readReport(octets)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const { code, message } = error
    throw new CodedError(code, file === '-' ? message : `${message}, in ${JSON.stringify(file)}`)
  }
}

/**
 * Writes a TLS report; in gzip where the name of the file ends in `.gz`, as RFC 8460 §5.1 has it.
 *
 * @throws {CodedError} `file-unwritable`
 */
export async function writeReportFile(
  file: string,
  report: RptReport,
  profile: ReportProfile,
  io: Io,
): Promise<void> {
  const json = writeReport(report, profile)
  await writeText(file, file.endsWith('.gz') ? compressReport(json) : json, reportMode, io)
}
