import t from 'tap'
import { joinedText, parseRdata, RR, scanRdataText } from '../../src/rr/index.ts'

t.test('joinedText joins the strings of TXT RDATA, octet by octet', (t) => {
  const rdata = (text: string) => parseRdata(RR.TXT, scanRdataText(text))
  t.equal(joinedText(rdata('"v=STSv1; " "id=1"')), 'v=STSv1; id=1')
  t.equal(joinedText(rdata('"" "\\255a" ""')), '\xffa')
  t.equal(joinedText(Uint8Array.of(5, 0x61)), 'a', 'a string cut short is taken as far as it goes')
  t.equal(joinedText(new Uint8Array()), '')
  t.end()
})
