/** Tables of other people's tools and hands: what each of them means is read, asked or refused, and never guessed. */
import { octetUnitOf, speedOf } from '#formats/fields'
import { ImportQuestion, type ResultsOptions, readResults } from '#formats/tools'
import { describe, expect, test } from 'vitest'

/** Members that a probe lacks where its table says nothing of them. */
const NOTHING = { downloadBps: null, uploadBps: null, lossRatio: null }

/** The probes, the reasons of refused rows, and the question where one is asked. */
async function read(text: string, change: Partial<ResultsOptions> = {}): Promise<unknown[]> {
  const records: unknown[] = []
  const options = { format: null, unit: null, ...change }
  try {
    for await (const batch of readResults(Buffer.from(text), options, {
      format: null,
      unit: null,
      notes: [],
    }))
      for (const { document, rejectionReason } of batch)
        records.push(rejectionReason ?? { ...NOTHING, ...(document as object) })
  } catch (error) {
    if (!(error instanceof ImportQuestion)) throw error
    return [`? ${error.message}`]
  }
  return records
}

const table = (...lines: string[]): string => lines.join('\n')
const says = (pattern: RegExp): unknown => expect.stringMatching(pattern)
const DAY = '2026-05-01 10:00'

type Case = [name: string, file: string, expected: unknown[], change?: Partial<ResultsOptions>]

const SPEEDS: Case[] = [
  [
    'an answer for one column leaves the unit of another',
    table('date;Download;Upload (kbit/s)', `${DAY};20;512`),
    [{ downloadBps: 20_000_000, uploadBps: 512_000 }],
    { unit: 'Mbit/s' },
  ],
  [
    'the answer that speeds are bytes is for columns of bytes only',
    table('date;Download (MB/s);Upload (kbit/s)', `${DAY};2,5;512`),
    [{ downloadBps: 20_000_000, uploadBps: 512_000 }],
    { unit: 'MB/s' },
  ],
  [
    'the answer that speeds are bytes leaves the prefix of each header',
    table('date;Download (MB/s);Upload (kB/s)', `${DAY};2,5;300`),
    [{ downloadBps: 20_000_000, uploadBps: 2_400_000 }],
    { unit: 'MB/s' },
  ],
  [
    'bytes in a name without spaces are asked',
    table('date,downloadMBps,uploadKBps', `${DAY},2.5,300`),
    [says(/^\? .*downloadMBps.*unit=Mbit\/s.*unit=MB\/s/)],
  ],
  [
    'a name without spaces in kBps is asked',
    table('date,downloadkBps', `${DAY},300`),
    [says(/^\? .*unit=kbit\/s.*unit=kB\/s/)],
  ],
  [
    'bits in a name without spaces are read',
    table('date,downloadMbps,uploadBps', `${DAY},2.5,300`),
    [{ downloadBps: 2_500_000, uploadBps: 300 }],
  ],
  ...['2 x 20 Mbit/s', '2x15 Mbit/s', '10 à 20 Mbit/s', '20/5 Mbit/s'].map((cell): Case => [
    `“${cell}” is no single speed`,
    table('date;download', `${DAY};${cell}`),
    [says(/more than one number/)],
  ]),
  [
    'the rate is read where a volume has the same name',
    table('date;Download (MB);Download (Mbit/s)', `${DAY};25;20`),
    [{ downloadBps: 20_000_000 }],
  ],
  [
    'a unit in a column of its own holds for its row, whatever the answer for others',
    table('date;download;unité', `${DAY};20,5;Mbit/s`, `${DAY};512;kbit/s`, `${DAY};2;Mo/s`, `${DAY};3;`),
    [
      { downloadBps: 20_500_000 },
      { downloadBps: 512_000 },
      says(/bits or octets/),
      { downloadBps: 3_000_000 },
    ],
    { unit: 'Mbit/s' },
  ],
  [
    'a unit of another figure is none of a speed',
    table('date;download (Mbit/s);latence;unité', `${DAY};20,5;25;ms`),
    [{ downloadBps: 20_500_000, latencyMs: 25 }],
  ],
  [
    'a row of units beneath the header is asked to go into it',
    table('date;download (Mbit/s);latence', ';;s', `${DAY};20,5;0,025`),
    [says(/^\? In which units/)],
  ],
  [
    'a list of its own with download_kbit has the country’s time',
    table('date,lat,lng,operator,download_kbit', '2026-05-01 10:00,34,-6,inwi,512'),
    [{ tool: 'csv', measuredAt: '2026-05-01T09:00:00.000Z', downloadBps: 512_000 }],
  ],
  [
    'a direction that speedtest-cli skipped has no speed',
    table(
      'Server ID,Sponsor,Server Name,Timestamp,Distance,Ping,Download,Upload,Share,IP Address',
      '1,A,B,2026-05-01T09:00:00Z,1,20,0,5000000,,',
    ),
    [{ downloadBps: null, uploadBps: 5_000_000 }],
  ],
  [
    'a direction that the LibreSpeed CLI skipped has no speed',
    table(
      'Timestamp,Server Name,Address,Ping,Jitter,Download,Upload,Share,IP',
      '2026-05-01T09:00:00Z,A,b.example,20,1,0,5,,',
    ),
    [{ downloadBps: null, uploadBps: 5_000_000 }],
  ],
]

const OUTCOMES: Case[] = [
  ...['Sans erreur', 'No error', '0 error', 'Pas d’échec', 'لا خطأ'].map((word): Case => [
    `“${word}” is no failure`,
    table('date;statut;download (Mbit/s)', `${DAY};${word};20,5`),
    [{ outcome: 'ok', downloadBps: 20_500_000 }],
  ]),
  ...['Test réussi, aucune erreur', 'aucun réseau perdu', 'échec'].map((word): Case => [
    `“${word}” beside a speed is refused`,
    table('date;statut;download (Mbit/s)', `${DAY};${word};20,5`),
    [says(/statut “/)],
  ]),
  [
    'a failure without a speed is one',
    table('date;statut;download (Mbit/s)', `${DAY};erreur réseau;`),
    [{ outcome: 'failed' }],
  ],
]

const TIMES: Case[] = [
  ...['Heure (UTC)', 'Heure (GMT)'].map((header): Case => [
    `“${header}” is in UTC`,
    table(`Date;${header};download (Mbit/s)`, '01/05/2026;09:30;20,5'),
    [{ measuredAt: '2026-05-01T09:30:00.000Z' }],
  ]),
  ...['Heure locale', 'Heure (locale)', 'Heure (UTC+1)'].map((header): Case => [
    `“${header}” is read`,
    table(`Date;${header};download (Mbit/s)`, '01/05/2026;10:30;20,5'),
    [{ measuredAt: '2026-05-01T09:30:00.000Z' }],
  ]),
  [
    'an empty hour is not midnight',
    table('Date;Heure;download (Mbit/s)', '01/05/2026;;20,5'),
    [says(/no time of day/)],
  ],
  [
    'an hour in a column that is not read is not midnight',
    table('Date;Heure de passage;download (Mbit/s)', '01/05/2026;09:30;20,5'),
    [says(/no time of day.*Heure de passage/)],
  ],
  ...['Date (UTC)', 'Timestamp (GMT)'].map((header): Case => [
    `“${header}” is read`,
    table(`${header};download (Mbit/s)`, '2026-05-01 09:30;20,5'),
    [{ measuredAt: '2026-05-01T09:30:00.000Z' }],
    { measuredAt: '2026-03-01T00:00:00Z' },
  ]),
  [
    '“Date du test” is read',
    table('Date du test;download (Mbit/s)', '2026-05-01 10:30;20,5'),
    [{ measuredAt: '2026-05-01T09:30:00.000Z' }],
  ],
  [
    'a column that looks like a time is named, and no answer replaces it',
    table('Date de passage;download (Mbit/s)', '2026-05-01 10:30;20,5'),
    [says(/^\? .*Date de passage/)],
    { measuredAt: '2026-03-01T00:00:00Z' },
  ],
  [
    'a row of totals is no test',
    table('date;download (Mbit/s)', `${DAY};20,5`, ';15,5'),
    [{ downloadBps: 20_500_000 }, says(/is empty/)],
    { measuredAt: '2026-03-01T00:00:00Z' },
  ],
]

const NUMBERS: Case[] = [
  ...['\u00b5s', '\u03bcs'].map((unit): Case => [
    `a latency in ${unit} (${unit.codePointAt(0)!.toString(16)})`,
    table(`date;download (Mbit/s);Latence (${unit})`, `${DAY};20,5;25000`),
    [{ latencyMs: 25 }],
  ]),
  [
    'a latency in a unit that is not known is refused',
    table('date;download (Mbit/s);Latence (m)', `${DAY};20,5;25`),
    [says(/unit that is not known/)],
  ],
  [
    'a point before three digits is asked in a file with semicolons',
    table('date;débit descendant (kbit/s)', `${DAY};10.240`, `${DAY};512,5`),
    [says(/^\? Is “10.240”/)],
  ],
  [
    'a decimal comma behind a space between thousands is one',
    table('date\tdownload (kbit/s)\tupload (kbit/s)', `${DAY}\t10.240\t1 024,5`),
    [says(/^\? Is “10.240”/)],
  ],
  [
    'a row with decimal points has them before three digits too',
    table('date;lat;lng;download (Mbit/s)', `${DAY};34.02;-6.84;10.240`),
    [{ downloadBps: 10_240_000 }],
  ],
  [
    'the RSRP is the signal, not its bars',
    table('date;download (Mbit/s);Signal;RSRP (dBm)', `${DAY};20,5;3;-95`),
    [{ signalDbm: -95 }],
  ],
  [
    'bars are no signal in dBm',
    table('date;download (Mbit/s);Signal', `${DAY};20,5;3`),
    [says(/no signal in dBm/)],
  ],
  [
    'a loss that Ookla could not measure is empty',
    table(
      'server name,packet loss,download,upload,download bytes,upload bytes,share url',
      'A,N/A,1000000,500000,1,1,',
    ),
    [{ lossRatio: null, downloadBps: 8_000_000 }],
    { measuredAt: '2026-03-01T00:00:00Z' },
  ],
]

describe.each<[string, Case[]]>([
  ['speeds', SPEEDS],
  ['outcomes', OUTCOMES],
  ['times', TIMES],
  ['numbers', NUMBERS],
])('%s', (_, cases) => {
  test.each(cases)('%s', async (_name, file, expected, change) => {
    expect(await read(file, change)).toEqual(
      expected.map((one) => (one?.constructor === Object ? expect.objectContaining(one) : one)),
    )
  })
})

test.each([
  ['(ميغابايت/ث)', 'MB/s'],
  ['(كيلوبايت/ث)', 'kB/s'],
  ['kilo-octets/s', 'kB/s'],
  ['kilo octets par seconde', 'kB/s'],
  ['GB/s', 'GB/s'],
  ['Go/s', 'GB/s'],
  ['octets/s', 'B/s'],
  ['Mbit/s', null],
])('the bytes of “%s” are %s', (text, unit) => {
  expect(octetUnitOf(text)).toBe(unit)
})

test('a speed under a header in bytes without a space is not taken for bits', () => {
  expect(speedOf('2.5', 'downloadMBps')).toMatchObject({ reason: says(/bits or octets/) })
})

test('a word for nothing is no operator', async () => {
  const words = ['-', 'NA', 'néant', '', 'inwi']
  const rows = words.map((word) => `${DAY};${word};20`)
  expect(await read(table('date;opérateur;download (Mbit/s)', ...rows))).toEqual([
    says(/missing value/),
    says(/missing value/),
    says(/missing value/),
    expect.objectContaining({ downloadBps: 20_000_000 }),
    expect.objectContaining({ operator: 'inwi' }),
  ])
})
