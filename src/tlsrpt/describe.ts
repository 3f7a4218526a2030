import type { UnixSeconds } from '../base/index.ts'
import type { RptReport } from './types.ts'

/** A report that goes by mail: what is to be said around it (RFC 8460 §5.3). */
export interface ReportMail {
  /** Header fields of the message, by name. */
  readonly headers: Readonly<Record<string, string>>
  /** Content-Type of the part that holds the report. */
  readonly mediaType: string
  readonly fileName: string
}

/** What the name of a report's file is made of. */
export interface ReportFile {
  /** Domain of who reports. */
  readonly submitter: string
  /** Domain that is reported on. */
  readonly domain: string
  readonly begin: UnixSeconds
  readonly end: UnixSeconds
  /** Tells reports of one submitter apart; only its letters and digits are used. */
  readonly uniqueId?: string
  readonly isCompressed: boolean
}

/** The name of a report's file (RFC 8460 §5.1); harmless on any disk. */
export function reportFileName(file: ReportFile): string {
  const { submitter, domain, begin, end, uniqueId = '', isCompressed } = file
  const unique = uniqueId.replace(/[^a-z0-9]/gi, '')
  const parts = [fileText(submitter), fileText(domain), String(begin), String(end), unique]
  return `${parts.filter((part) => part !== '').join('!')}.json${isCompressed ? '.gz' : ''}`
}

/**
 * How a report is to be mailed, for somebody who can sign mail by DKIM, which RFC 8460 §3 demands.
 * The submitter is the domain of the report's contact (RFC 8460 §5.3).
 */
export function describeMail(report: RptReport, domain: string, isCompressed: boolean): ReportMail {
  const submitter = domainOf(report.contact)
  const { begin, end, id } = report
  const left = id.replace(/[^\x21-\x7e]|[<>@]/g, '.')
  return {
    headers: {
      Subject: `Report Domain: ${domain} Submitter: ${submitter} Report-ID: <${left}@${submitter}>`,
      'TLS-Report-Domain': domain,
      'TLS-Report-Submitter': submitter,
      'MIME-Version': '1.0',
      'Content-Type': 'multipart/report; report-type="tlsrpt"',
    },
    mediaType: isCompressed ? 'application/tlsrpt+gzip' : 'application/tlsrpt+json',
    fileName: reportFileName({ submitter, domain, begin, end, uniqueId: id, isCompressed }),
  }
}

/** The domain of `mailto:somebody@example.com`, or of `somebody@example.com`; one word. */
function domainOf(contact: string): string {
  return contact.slice(contact.lastIndexOf('@') + 1).replace(/[^\x21-\x7e]/g, '')
}

function fileText(text: string): string {
  return text.replace(/[^a-z0-9._-]/gi, '_')
}
