/** The page's state without a browser: the address as fields and back, and what each act of a reader changes. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type PageAddress, addressTextOf, readAddress } from '../../web/src/app/page-address.js'
import { type PageAction, type PageState, pageStateOf, reducePage } from '../../web/src/app/page-state.js'
import { VIEWS } from '../../web/src/app/view-names.js'
import { LANGUAGES } from '../../web/src/language/language.js'
import { OVERLAYS } from '../../web/src/map/overlay-names.js'
import { type MapHit, SELECTABLE_KINDS } from '../../web/src/map/selection.js'
import { themeOf } from '../../web/src/map/theme.js'

const read = (search: string) => readAddress(search, [])

const words = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
const whole = fc.integer({ min: 1, max: 999_999_999 })
const degrees = (limit: number) =>
  fc.integer({ min: -limit * 10_000, max: limit * 10_000 }).map((n) => n / 10_000)
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null })

const addresses: fc.Arbitrary<PageAddress> = fc
  .record({
    lang: fc.constantFrom(...LANGUAGES),
    rule: orNull(words),
    mapView: orNull(
      fc.record({ zoom: fc.integer({ min: 4, max: 16 }), lat: degrees(80), lng: degrees(180) }),
    ),
    selection: orNull(fc.record({ kind: fc.constantFrom(...SELECTABLE_KINDS), id: words })),
    run: orNull(whole),
    threshold: orNull(whole),
    theme: fc
      .constantFrom(null, 'network:iam:4g', 'declared::', 'difference:7', 'contradictions', 'inferred')
      .map(themeOf),
    swipe: orNull(whole),
    overlays: fc.subarray([...OVERLAYS]),
    view: orNull(fc.constantFrom(...VIEWS)),
    viewState: fc.dictionary(
      words.filter((name) => name !== '__proto__'),
      words,
      { maxKeys: 4, noNullPrototype: true },
    ),
  })
  // Without a view there is nothing that keeps a state.
  .map((address) => (address.view === null ? { ...address, viewState: {} } : address))

describe('the address', () => {
  test('gives back every state that it was made of', () => {
    fc.assert(
      fc.property(addresses, (address) => {
        expect(read(addressTextOf(address))).toEqual(address)
      }),
    )
  })

  test('is readable: places, lists and themes are not escaped, and what is as at first is left out', () => {
    const address: PageAddress = {
      ...read(''),
      lang: 'ar',
      rule: 'ma-floor',
      mapView: { zoom: 13, lat: 35.24471, lng: -3.93172 },
      selection: { kind: 'cell', id: '88390ca123fffff' },
      theme: themeOf('network:iam:'),
      overlays: ['zones', 'plan'],
      view: 'figures',
      viewState: { sort: 'white', empty: '' },
    }
    expect(addressTextOf(address)).toBe(
      '?lang=ar&rule=ma-floor&at=13/35.2447/-3.9317&cell=88390ca123fffff&show=network:iam:&with=zones,plan&view=figures&v.sort=white',
    )
    expect(addressTextOf({ ...read(''), lang: 'fr' })).toBe('?lang=fr')
  })

  test('a link of an older page still opens: of several selected things the one on top counts', () => {
    expect(read('area=01&cell=88390ca123fffff&site=S1').selection).toEqual({ kind: 'site', id: 'S1' })
  })

  test.each([
    ['at=13/35', 'mapView'],
    ['at=x/35/-3', 'mapView'],
    ['run=-1', 'run'],
    ['run=1e3', 'run'],
    ['try=2,5', 'threshold'],
    ['view=nowhere', 'view'],
    ['cell=', 'selection'],
  ] as const)('what %s names is not understood and counts as not named', (search, field) => {
    expect(read(search)[field]).toBeNull()
  })

  test('an unknown theme is the verdict, an unknown overlay none', () => {
    expect(read('show=weather&with=zones,roads')).toMatchObject({
      theme: { kind: 'verdict' },
      overlays: ['zones'],
    })
  })

  test.each([
    ['lang=en', ['ar', 'fr'], 'en'],
    ['lang=de', ['ar', 'fr'], 'ar'],
    ['', [null, 'en'], 'en'],
    ['', [null, 'de'], 'fr'],
  ] as const)('with %s and a reader of %s it is in %s', (search, languages, lang) => {
    expect(readAddress(search, languages).lang).toBe(lang)
  })
})

const first = pageStateOf(read('lang=fr&at=6/32/-6'))
const after = (state: PageState, ...actions: PageAction[]) => actions.reduce(reducePage, state)

const hit = (kind: MapHit['kind'], id: string): MapHit => ({
  kind,
  id,
  class: null,
  partial: null,
  themeWordKey: null,
  state: null,
  nameFr: null,
  nameAr: null,
  cells: null,
})
const hits = [hit('site', 'S1'), hit('cell', '88390ca123fffff')]

describe('what a reader does', () => {
  test('a state that was given is never changed, only copied', () => {
    const frozen = Object.freeze({ ...first })
    for (const action of ACTIONS) expect(() => reducePage(frozen, action)).not.toThrow()
  })

  test('another rule shows its newest run at its own threshold', () => {
    const tried = after(first, { type: 'setRun', run: 3 }, { type: 'setThreshold', threshold: 5e6 })
    expect([tried.run, tried.threshold]).toEqual([3, 5e6])
    expect(after(tried, { type: 'setRule', rule: 'eu-2013' })).toMatchObject({
      rule: 'eu-2013',
      run: null,
      threshold: null,
    })
  })

  test('the newest run is shown, and the list of runs asked for again', () => {
    const state = after(first, { type: 'setRun', run: 3 }, { type: 'showNewestRun' })
    expect([state.run, state.runsReload]).toEqual([null, 1])
  })

  test('a click selects what lies on top; the rest stays within reach', () => {
    const picked = after(first, { type: 'pick', hits })
    expect(picked.selection).toEqual({ kind: 'site', id: 'S1' })
    expect(picked.hits).toEqual(hits)
    const switched = after(picked, { type: 'switchHit', item: hits[1]! })
    expect(switched.selection).toEqual({ kind: 'cell', id: '88390ca123fffff' })
    expect(switched.hits).toEqual(hits)
  })

  test('what was selected otherwise has nothing beside it, and nothing stays when the panel is closed', () => {
    const item = { kind: 'area', id: '01' } as const
    const selected = after(first, { type: 'pick', hits }, { type: 'select', item, fly: false })
    expect([selected.selection, selected.hits]).toEqual([item, []])
    const closed = after(first, { type: 'pick', hits }, { type: 'deselect' })
    expect([closed.selection, closed.hits]).toEqual([null, []])
  })

  test('the map flies to what a link names where the link has no place, and to what is asked for, once', () => {
    expect(first.isFlightDue).toBe(false)
    const linked = pageStateOf(read('site=S1'))
    expect(linked.isFlightDue).toBe(true)
    expect(after(linked, { type: 'arrive' }).isFlightDue).toBe(false)
    expect(after(linked, { type: 'pick', hits }).isFlightDue).toBe(false)
    const asked = after(first, { type: 'select', item: { kind: 'cell', id: 'x' }, fly: true })
    expect(asked.isFlightDue).toBe(true)
  })

  test('a view is found again as it was left', () => {
    const state = after(
      first,
      { type: 'openView', view: 'figures' },
      { type: 'setViewState', viewState: { sort: 'white' } },
      { type: 'openView', view: 'plan' },
      { type: 'setViewState', viewState: { state: 'late' } },
      { type: 'openView', view: 'figures' },
    )
    expect([state.view, state.viewState]).toEqual(['figures', { sort: 'white' }])
    expect(after(state, { type: 'openView', view: null })).toMatchObject({ view: null, viewState: {} })
    expect(after(state, { type: 'openView', view: 'plan' }).viewState).toEqual({ state: 'late' })
  })

  test('an item opens in its view: an open view keeps its filters, a closed one begins with the item alone', () => {
    const open = after(
      first,
      { type: 'openView', view: 'plan' },
      { type: 'setViewState', viewState: { state: 'late' } },
    )
    const opened = after(open, { type: 'openItem', view: 'plan', itemState: { item: 'P1' } })
    expect(opened.viewState).toEqual({ state: 'late', item: 'P1' })
    const other = after(open, { type: 'openItem', view: 'disputes', itemState: { dispute: 'd' } })
    expect([other.view, other.viewState]).toEqual(['disputes', { dispute: 'd' }])
    expect(after(other, { type: 'openView', view: 'plan' }).viewState).toEqual({ state: 'late' })
  })
})

const ACTIONS: readonly PageAction[] = [
  { type: 'setLanguage', lang: 'ar' },
  { type: 'setRule', rule: 'eu-2013' },
  { type: 'setRun', run: 3 },
  { type: 'showNewestRun' },
  { type: 'setThreshold', threshold: 5e6 },
  { type: 'setTheme', theme: { kind: 'inferred' } },
  { type: 'setSwipe', run: 2 },
  { type: 'moveSwipe', share: 0.2 },
  { type: 'setOverlays', overlays: ['sites'] },
  { type: 'colourAreas', on: false },
  { type: 'pick', hits },
  { type: 'switchHit', item: hits[1]! },
  { type: 'select', item: { kind: 'area', id: '01' }, fly: true },
  { type: 'arrive' },
  { type: 'deselect' },
  { type: 'moveMap', mapView: { lat: 1, lng: 2, zoom: 5 } },
  { type: 'openView', view: 'plan' },
  { type: 'setViewState', viewState: { sort: 'name' } },
  { type: 'openItem', view: 'plan', itemState: { item: 'P1' } },
  { type: 'changePlan' },
]

test('each simple act changes the field that it names, and no other', () => {
  const changedBy = (action: PageAction) =>
    Object.keys(first).filter(
      (name) => reducePage(first, action)[name as keyof PageState] !== first[name as keyof PageState],
    )
  expect(ACTIONS.slice(5, 10).map(changedBy)).toEqual([
    ['theme'],
    ['swipe'],
    ['swipeShare'],
    ['overlays'],
    ['areasColoured'],
  ])
  expect(changedBy({ type: 'moveMap', mapView: { lat: 1, lng: 2, zoom: 5 } })).toEqual(['mapView'])
  expect(changedBy({ type: 'changePlan' })).toEqual(['planChanges'])
})
