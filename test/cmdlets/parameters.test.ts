import fc from 'fast-check'
import t from 'tap'
import { CodedError } from '../../src/base/index.ts'
import { cmdletNames, findCmdlet } from '../../src/cmdlets/cmdlets.ts'
import { formatRow } from '../../src/cmdlets/format.ts'
import { readCall } from '../../src/cmdlets/parameters.ts'
import { formatHost } from '../../src/wire/index.ts'

t.test('readCall: names in any case, switches in every form that PowerShell sends', (t) => {
  const status = 'GET-dnssecStatusForVerifiedDomain'
  const on = [true, 'True', '$true', { IsPresent: true }]
  const off = [false, 'false', '$false', { IsPresent: false }, null]
  for (const value of on) {
    const call = readCall(status, { domainNAME: 'Contoso.com', skipMXvalidation: value })
    t.equal(call.cmdlet.name, 'Get-DnssecStatusForVerifiedDomain')
    t.equal(call.domain && formatHost(call.domain), 'contoso.com')
    t.same([...call.switches], ['skipmxvalidation'])
  }
  for (const value of off) {
    const { switches } = readCall(status, { DomainName: 'x.test', SkipMxValidation: value })
    t.equal(switches.size, 0)
  }
  const common = { Confirm: false, ErrorAction: 'Stop', Verbose: true, WhatIf: false }
  t.ok(readCall(status, { DomainName: 'x.test', ...common }))
  t.equal(readCall('Get-AcceptedDomain').domain, undefined)
  t.ok(readCall('Get-AcceptedDomain', { Identity: 'x.test' }).domain)
  t.end()
})

t.test('readCall: what is not understood is refused', (t) => {
  const refuses = (parameters: Record<string, unknown>, name = 'Enable-SmtpDaneInbound') =>
    t.throws(() => readCall(name, parameters), { code: 'cmdlet-parameter' })
  refuses({})
  refuses({ DomainName: '' })
  refuses({ DomainName: '.' })
  refuses({ DomainName: ['x.test'] })
  refuses({ DomainName: 'x.test', WhatIf: true })
  refuses({ DomainName: 'x.test', SkipMxValidation: true }, 'Get-SmtpDaneInboundStatus')
  refuses({ DomainName: 'x.test', SkipMxValidation: 1 }, 'Get-DnssecStatusForVerifiedDomain')
  refuses({ Identity: 'x.test' })
  t.throws(() => readCall('toString'), { code: 'cmdlet-unknown' })
  t.throws(() => readCall('x'.repeat(10_000)), { message: /^.{1,200}$/ })
  t.end()
})

t.test('readCall throws nothing but coded errors', (t) => {
  const names = fc.oneof(fc.constantFrom(...cmdletNames), fc.string())
  const keys = fc.oneof(fc.constantFrom('DomainName', 'SkipMxValidation', 'x'), fc.string())
  const parameters = fc.dictionary(keys, fc.jsonValue())
  const property = fc.property(names, parameters, (name, given) => {
    try {
      return readCall(name, given).cmdlet === findCmdlet(name)
    } catch (error) {
      return error instanceof CodedError
    }
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 500 }))
  t.end()
})

t.test('formatRow: as the console lists it', (t) => {
  const row = {
    Result: 'Error',
    ErrorData: { ErrorCode: 'DomainNotFound', ErrorDetails: 'x' },
    ...{ Default: false, Empty: null, List: ['a', 'b'], Count: 7 },
  }
  t.same(formatRow(row), [
    'Result    : Error',
    'ErrorData : @{ErrorCode=DomainNotFound; ErrorDetails=x}',
    'Default   : False',
    'Empty     :',
    'List      : {a, b}',
    'Count     : 7',
  ])
  t.end()
})
