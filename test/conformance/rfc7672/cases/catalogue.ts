/**
 * The ids of the catalogue of faults in mail domains, row by row. Those for the commands that set
 * domains up (`cfg-…`) are held elsewhere: they are about what a provisioning service says.
 */
export const catalogue: readonly string[] = `
  dane-good-311 dane-good-301 dane-good-312 dane-good-201 dane-good-211 dane-good-200
  dane-two-311-next
  mx-zone-insecure
  mx-bogus mx-expired mx-servfail mx-timeout
  mx-denial-missing
  mx-implicit
  mx-null
  mx-cname
  domain-cname domain-dname
  host-insecure
  host-a-bogus host-aaaa-bogus
  host-cname-insecure-target
  host-cname-secure-both
  host-cname-secure-alias-only
  host-cname-loop host-cname-dangling
  tlsa-none-nodata tlsa-none-nxdomain tlsa-none-ent
  tlsa-servfail tlsa-refused tlsa-notimp tlsa-timeout
  tlsa-bogus tlsa-expired tlsa-nosig tlsa-denial-missing tlsa-denial-bogus
  tlsa-cname-secure tlsa-cname-insecure-target tlsa-cname-loop
  tlsa-wildcard
  tlsa-usage-0 tlsa-usage-1
  tlsa-usage-4 tlsa-usage-255 tlsa-selector-2 tlsa-match-3 tlsa-digest-31-bytes tlsa-empty
  tlsa-garbage-full
  tlsa-unusable-plus-good tlsa-unusable-plus-bad
  tlsa-agility
  tlsa-stale-rollover
  tlsa-wrong-owner tlsa-wrong-port
  tlsa-full-0-0 tlsa-huge-rrset
  ee-expired ee-notyet ee-wrongname
  ee-selfsigned
  ta-missing-in-chain
  ta-omitted-200
  ta-name-mismatch ta-name-nexthop ta-wildcard ta-partial-wildcard ta-cn-only ta-san-beats-cn
  ta-leaf-expired ta-intermediate-expired ta-self-expired
  ta-matches-leaf
  sni-picks-cert
  ip-split
  starttls-absent starttls-454 starttls-helo-only starttls-selective starttls-drop-after-220
  tls-handshake-alert tls10-only cipher-none
  starttls-injection
  unusable-no-starttls
  pref-10-none-20-dane
  pref-10-fail-20-good pref-10-fail-20-none
  pref-all-fail
  sts-ok sts-testing sts-none
  sts-txt-two sts-txt-bad-id sts-txt-cname
  sts-redirect sts-404 sts-bad-cert sts-expired-cert sts-wrong-type sts-65k sts-slow
  sts-policy-no-mx sts-policy-bad-mode sts-policy-maxage-big sts-policy-dup-keys sts-policy-lf
  sts-policy-trailing
  sts-mx-mismatch sts-cert-mismatch sts-wildcard-two-labels
  sts-pass-dane-fail
  sts-fail-dane-pass
  rpt-two-txt rpt-no-rua rpt-http rpt-big-list
`
  .trim()
  .split(/\s+/)
