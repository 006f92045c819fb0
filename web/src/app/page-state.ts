/** The page's state and its reducer. Pure: no browser, no server, no clock. */
import type { Lang } from '../language/language.js'
import type { MapView } from '../map/map-view.js'
import type { Overlay } from '../map/overlay-names.js'
import type { MapHit, SelectedItem } from '../map/selection.js'
import type { Theme } from '../map/theme.js'
import type { PageAddress, ViewState } from './page-address.js'
import type { ViewName } from './view-names.js'

/** The fields of the address, and those that are lost when the page is reloaded. */
export interface PageState extends PageAddress {
  /** Items at the place of the last click, topmost first. */
  hits: readonly MapHit[]
  /** Whether areas are filled with the colour of their classes. */
  areasColoured: boolean
  /** Position of the swipe's line as a share of the map's width from its left edge. */
  swipeShare: number
  /** State of each view when it was left; opening the view again restores it. */
  savedViewStates: Readonly<Partial<Record<ViewName, ViewState>>>
  /** Whether the map must still move to the selected item, once its place is loaded. */
  isFlightDue: boolean
  /** Counter that loads the list of runs again when it grows. */
  runsReload: number
  /** Number of changes made to the plan on this page. */
  planChanges: number
}

export type PageAction =
  | { type: 'setLanguage'; lang: Lang }
  | { type: 'setRule'; rule: string }
  | { type: 'setRun'; run: number }
  | { type: 'showNewestRun' }
  | { type: 'setThreshold'; threshold: number | null }
  | { type: 'setTheme'; theme: Theme }
  | { type: 'setSwipe'; run: number | null }
  | { type: 'moveSwipe'; share: number }
  | { type: 'setOverlays'; overlays: readonly Overlay[] }
  | { type: 'colourAreas'; on: boolean }
  /** A click on the map; `hits` is not empty. */
  | { type: 'pick'; hits: readonly MapHit[] }
  /** Selection of another item at the place of the last click. */
  | { type: 'switchHit'; item: SelectedItem }
  /** Selection of an item; with `fly` the map moves to it as soon as its place is loaded. */
  | { type: 'select'; item: SelectedItem; fly: boolean }
  | { type: 'arrive' }
  | { type: 'deselect' }
  | { type: 'moveMap'; mapView: MapView }
  | { type: 'openView'; view: ViewName | null }
  | { type: 'setViewState'; viewState: ViewState }
  /** Opening a view at one of its items; `itemState` uses the view's own parameter names. */
  | { type: 'openItem'; view: ViewName; itemState: ViewState }
  | { type: 'changePlan' }

export function pageStateOf(address: PageAddress): PageState {
  return {
    ...address,
    hits: [],
    // They are on by default: the reader first sees cells and communes, and the legend explains an area's colour.
    areasColoured: true,
    swipeShare: 0.5,
    savedViewStates: {},
    isFlightDue: address.mapView === null,
    runsReload: 0,
    planChanges: 0,
  }
}

export function reducePage(state: PageState, action: PageAction): PageState {
  switch (action.type) {
    case 'setLanguage':
      return { ...state, lang: action.lang }
    case 'setRule':
      return { ...state, rule: action.rule, run: null, threshold: null }
    case 'setRun':
      return { ...state, run: action.run }
    case 'showNewestRun':
      return { ...state, run: null, runsReload: state.runsReload + 1 }
    case 'setThreshold':
      return { ...state, threshold: action.threshold }
    case 'setTheme':
      return { ...state, theme: action.theme }
    case 'setSwipe':
      return { ...state, swipe: action.run }
    case 'moveSwipe':
      return { ...state, swipeShare: action.share }
    case 'setOverlays':
      return { ...state, overlays: action.overlays }
    case 'colourAreas':
      return { ...state, areasColoured: action.on }
    case 'moveMap':
      return { ...state, mapView: action.mapView }
    case 'changePlan':
      return { ...state, planChanges: state.planChanges + 1 }
    default:
      return 'view' in action || action.type === 'setViewState'
        ? reduceView(state, action)
        : reduceSelection(state, action)
  }
}

type ViewAction = Extract<PageAction, { type: 'openView' | 'setViewState' | 'openItem' }>
type SelectionAction = Extract<PageAction, { type: 'pick' | 'switchHit' | 'select' | 'arrive' | 'deselect' }>

function reduceView(state: PageState, action: ViewAction): PageState {
  if (action.type === 'setViewState') return { ...state, viewState: action.viewState }
  const { view, viewState } = state
  const savedViewStates = view ? { ...state.savedViewStates, [view]: viewState } : state.savedViewStates
  const next = { ...state, view: action.view, savedViewStates }
  if (action.type === 'openView')
    return { ...next, viewState: (action.view && savedViewStates[action.view]) ?? {} }
  // A view that is already open keeps its filters.
  return { ...next, viewState: { ...(view === action.view && viewState), ...action.itemState } }
}

function reduceSelection(state: PageState, action: SelectionAction): PageState {
  switch (action.type) {
    case 'pick':
      return { ...state, hits: action.hits, selection: itemOf(action.hits[0]!), isFlightDue: false }
    case 'switchHit':
      return { ...state, selection: itemOf(action.item) }
    case 'select':
      return { ...state, hits: [], selection: action.item, isFlightDue: action.fly }
    case 'arrive':
      return { ...state, isFlightDue: false }
    case 'deselect':
      return { ...state, hits: [], selection: null }
  }
}

const itemOf = ({ kind, id }: SelectedItem): SelectedItem => ({ kind, id })
