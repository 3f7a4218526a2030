import t from 'tap'
import {
  daneCmdletResult,
  dnssecCmdletResult,
  smtpDaneInboundStatus,
} from '../../src/provision/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { provisioning, ref, someone } from '../support/provisioning.ts'

const contoso = ref('contoso.com')

t.test('cmdlets fail in their own words', async (t) => {
  const { provision, verified } = await provisioning(t)
  const failure = (ErrorCode: string, ErrorDetails: string) => {
    return { Result: 'Error', ErrorData: { ErrorCode, ErrorDetails } } as const
  }
  const enable = async (domain: string, how = {}) =>
    dnssecCmdletResult(await provision.enableDnssec(ref(domain), how, someone))
  const absent = failure(
    'DomainNotFound',
    'Specified domain is not an accepted domain: contoso.com',
  )
  t.strictSame(await enable('contoso.com'), { DnssecMxValue: null, ...absent })
  t.strictSame(daneCmdletResult(await provision.disableDane(contoso, someone)), absent)

  await provision.addDomain(contoso, {}, someone)
  const unverified = failure(
    'DomainNotFound',
    'Specified domain is not a verified domain: contoso.com',
  )
  t.strictSame(await enable('contoso.com'), { DnssecMxValue: null, ...unverified })

  await verified('contoso.com')
  const bare = (doing: string) =>
    failure(
      'PartitionNotFound',
      `SMTP DANE ${doing} failed due to domain contoso.com does not have a partition`,
    )
  t.strictSame(daneCmdletResult(await provision.enableDane(contoso, someone)), bare('enabling'))
  t.strictSame(daneCmdletResult(await provision.disableDane(contoso, someone)), bare('disabling'))
  t.strictSame(await enable('contoso.com', { partition: 'x-v1' }), {
    DnssecMxValue: null,
    ...failure(
      'DnssecOperationFailed',
      'DNSSEC enabling failed due to there is no partition "x-v1". ' +
        'Please retry the operation later.',
    ),
  })

  await verified('contoso-com.onmicrosoft.com')
  t.strictSame(await enable('contoso-com.onmicrosoft.com'), {
    DnssecMxValue: null,
    ...failure(
      'DomainNotSupported',
      'Specified domain is an onmicrosoft domain: contoso-com.onmicrosoft.com',
    ),
  })
  await provision.addDomain(ref('viral.test'), { kind: 'selfService' }, someone)
  t.match(await enable('viral.test'), {
    ErrorData: {
      ErrorCode: 'DomainNotSupported',
      ErrorDetails: 'Specified domain is a self-service domain: viral.test',
    },
  })
})

t.test('cmdlets succeed, and succeed again', async (t) => {
  const { provision, verified, publishTlsa } = await provisioning(t)
  await verified('contoso.com')
  const success = { Result: 'Success', ErrorData: null } as const
  const withHost = { DnssecMxValue: 'contoso-com.o-v1.mx.test', ...success }
  const status = async () => smtpDaneInboundStatus(contoso.domain, await provision.domain(contoso))
  await publishTlsa()
  for (const again of ['first', 'again']) {
    const result = await provision.enableDnssec(contoso, {}, someone)
    t.strictSame(dnssecCmdletResult(result), withHost, again)
  }
  t.same(Object.keys(withHost), ['DnssecMxValue', 'Result', 'ErrorData'], 'in their order')
  t.strictSame(await status(), { Status: 'Disabled', ErrorData: null })
  for (const again of ['first', 'again']) {
    t.strictSame(daneCmdletResult(await provision.enableDane(contoso, someone)), success, again)
  }
  t.strictSame(await status(), { Status: 'Enabled', ErrorData: null })
  const refused = dnssecCmdletResult(await provision.disableDnssec(contoso, someone))
  t.strictSame(refused.ErrorData, {
    ErrorCode: 'DnssecOperationFailed',
    ErrorDetails:
      'DNSSEC disabling failed due to SMTP DANE is enabled and has to be disabled first. ' +
      'Please retry the operation later.',
  })
  for (const again of ['first', 'again']) {
    t.strictSame(daneCmdletResult(await provision.disableDane(contoso, someone)), success, again)
  }
  for (const again of ['first', 'again']) {
    const result = await provision.disableDnssec(contoso, someone)
    t.strictSame(dnssecCmdletResult(result), withHost, again)
  }
  t.strictSame(smtpDaneInboundStatus(parseName('no.test.'), undefined), {
    Status: null,
    ErrorData: {
      ErrorCode: 'DomainNotFound',
      ErrorDetails: 'Specified domain is not an accepted domain: no.test',
    },
  })
})
