/** The map of the area on paper: drawn in millimetres, so that it prints as sharp as the printer can. */
import { PARTIAL_KNOWLEDGE } from '#domain/verdict'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type Localizer, localizedName } from '../src/language/language.js'
import { CLASS_PAINTS, LAND, OUTLINE, PARTIAL_PAINTS, type Paint } from '../src/map/paint/colours.js'
import { type Frame, type Projection, nonOverlapping, projectionOf, scaleBarKm } from './projection.js'
import type { AreaReport, Outline, Ring } from './report.js'
import { WORDS } from './words.js'

/** Millimetres, as all sizes here. */
const WIDTH = 186
const MM_PER_PIXEL = 25.4 / 96
const MARGIN = 5
const LABEL = 2.5
const MAX_SCALE_BAR_MM = 36
/** The distance from a zone to its letter, which would hide a small zone. */
const LETTER_OFFSET = 2.6

/** Letters of the zones, as in their table. */
export const LETTERS: Record<Localizer['lang'], readonly string[]> = {
  en: ['A', 'B', 'C', 'D', 'E'],
  fr: ['A', 'B', 'C', 'D', 'E'],
  ar: ['أ', 'ب', 'ج', 'د', 'هـ'],
}

interface MapProps {
  words: Localizer
  report: AreaReport
}

/** Takes the height that the words and tables leave on the sheet. */
export function ReportMap({ words, report }: MapProps) {
  const box = useRef<HTMLDivElement>(null)
  const [height, setHeight] = useState(0)
  useLayoutEffect(() => {
    const measure = () => setHeight(box.current!.clientHeight * MM_PER_PIXEL)
    const observer = new ResizeObserver(measure)
    observer.observe(box.current!)
    return () => observer.disconnect()
  }, [])
  return (
    <div ref={box} class="map">
      {height > 0 && <Drawing {...{ words, report }} frame={{ width: WIDTH, height }} />}
    </div>
  )
}

function Drawing({ words, report, frame }: MapProps & { frame: Frame }) {
  const { area, map } = report
  const projection = projectionOf(area.bbox, frame, MARGIN)
  const marks = marksOf({ words, report, projection })
  const own = map.outlines.find(({ code }) => code === area.code)
  const neighbours = map.outlines.filter(({ level, code }) => level === area.level && code !== area.code)
  const within = map.outlines.filter(({ level }) => level !== area.level)
  return (
    <svg
      viewBox={`0 0 ${frame.width} ${frame.height}`}
      role="img"
      aria-label={words.translatorOf(WORDS)('mapLabel', { name: localizedName(words.lang, area) })}
    >
      <Stripes />
      <rect width={frame.width} height={frame.height} fill="#eef0f2" />
      <path d={outlinesPath(neighbours, projection)} fill="#f7f5f0" stroke="#a8a294" stroke-width="0.2" />
      {own && <path d={outlinesPath([own], projection)} fill={LAND} />}
      <path
        d={outlinesPath(within, projection)}
        fill="none"
        stroke={OUTLINE}
        stroke-width="0.16"
        stroke-dasharray="1 0.6"
      />
      <Cells report={report} projection={projection} />
      {own && <Border path={outlinesPath([own], projection)} />}
      <Sites report={report} projection={projection} />
      <Names {...{ words, report, projection, frame, neighbours, marks }} />
      {marks.map(({ key, ...mark }) => (
        <Mark key={key} {...mark} />
      ))}
      <ScaleBar words={words} projection={projection} frame={frame} />
    </svg>
  )
}

/** Angle of the stripes by their direction. */
const ANGLES = { rising: 45, falling: 135, level: 90 } as const

const hatchOf = ({ hatch }: Paint): keyof typeof ANGLES => hatch ?? 'rising'

/** Draws the stripes as the screen's map does; the lines are as far apart as can be told on paper. */
const Stripes = () => (
  <defs>
    {[CLASS_PAINTS.unknown, PARTIAL_PAINTS.served, PARTIAL_PAINTS.none_tried].map((paint) => (
      <pattern
        key={hatchOf(paint)}
        id={`stripes-${hatchOf(paint)}`}
        width="1.1"
        height="1.1"
        patternUnits="userSpaceOnUse"
        patternTransform={`rotate(${ANGLES[hatchOf(paint)]})`}
      >
        <rect width="1.1" height="1.1" fill={paint.fill} />
        <line y2="1.1" stroke={paint.line} stroke-width="0.5" />
      </pattern>
    ))}
  </defs>
)

interface DrawingProps {
  report: AreaReport
  projection: Projection
}

const PAINTS = { ...CLASS_PAINTS, ...PARTIAL_PAINTS }
/** White last, so that its outline lies on top. */
const ORDER = ['unknown', ...PARTIAL_KNOWLEDGE, 'black', 'grey', 'white'] as const

function Cells({ report: { map }, projection }: DrawingProps) {
  // Outlines of small hexagons would hide what is in them.
  const thin = Math.min(0.45, widthOf(map.resolution) * projection.mmPerKm * 0.2)
  return ORDER.map((colour) => {
    const paint = PAINTS[colour]
    const rings = map.cells.filter((cell) => (cell.partial ?? cell.class) === colour).map(({ ring }) => ring)
    return (
      <path
        key={colour}
        data-class={colour}
        d={pathOf(rings, projection)}
        fill={paint.striped ? `url(#stripes-${hatchOf(paint)})` : paint.fill}
        stroke={paint.line}
        stroke-width={colour === 'white' ? thin : Math.min(0.12, thin / 2)}
      />
    )
  })
}

/** The width of a cell from edge to edge, km. */
const widthOf = (resolution: number): number => 0.92 * Math.sqrt(7) ** (8 - resolution)

const Border = ({ path }: { path: string }) => (
  <>
    <path d={path} fill="none" stroke="#fff" stroke-width="1" stroke-linejoin="round" />
    <path d={path} fill="none" stroke={OUTLINE} stroke-width="0.45" stroke-linejoin="round" />
  </>
)

function Sites({ report, projection }: DrawingProps) {
  return (
    <g class="sites">
      {report.map.sites.map(({ code, lng, lat }) => {
        const [x, y] = projection.at(lng, lat)
        return <SiteMark key={code} x={x} y={y} />
      })}
    </g>
  )
}

export const SiteMark = ({ x, y }: { x: number; y: number }) => (
  <rect x={x - 0.3} y={y - 0.3} width="0.6" height="0.6" fill="#fff" stroke="#00507d" stroke-width="0.25" />
)

export const LocalityMark = ({ x, y }: { x: number; y: number }) => (
  <circle cx={x} cy={y} r="0.65" fill="#1c2430" stroke="#fff" stroke-width="0.25" />
)

/** Names of localities, then of neighbours where there is room: what would overlap is left out. */
function Names({
  words: { lang },
  report,
  projection,
  frame,
  neighbours,
  marks,
}: DrawingProps & { words: Localizer; frame: Frame; neighbours: Outline[]; marks: MapMark[] }) {
  const localities = report.map.localities.map(({ lng, lat, nameFr, nameAr }) => {
    const [x, y] = projection.at(lng, lat)
    return { x, y: y - 1.4, text: lang === 'ar' ? (nameAr ?? nameFr) : nameFr, faint: false, dot: { x, y } }
  })
  const around = neighbours.map((area) => {
    const [x, y] = projection.at(area.lng, area.lat)
    return { x, y, text: localizedName(lang, area), faint: true, dot: null }
  })
  const named = nonOverlapping([...localities, ...around], frame, LABEL, marks)
  return (
    <>
      {localities.map(({ dot }, i) => (
        <LocalityMark key={i} {...dot} />
      ))}
      {named.map(({ x, y, text, faint }, i) => (
        <text
          key={i}
          class={faint ? 'name faint' : 'name'}
          x={x}
          y={y}
          font-size={LABEL}
          text-anchor="middle"
        >
          {text}
        </text>
      ))}
    </>
  )
}

interface MapMark {
  key: string
  x: number
  y: number
  text: string
  isSquare: boolean
}

/** The numbers of the table's worst areas, each in its area, and the letters of its zones, each beside its zone. */
function marksOf({ words, report, projection }: DrawingProps & { words: Localizer }): MapMark[] {
  const { worst, zones, map } = report
  const ranks = worst.flatMap(({ code }, i) => {
    const area = map.outlines.find((outline) => outline.code === code)
    const [x, y] = area ? projection.at(area.lng, area.lat) : []
    return x === undefined || y === undefined ? [] : { key: code, x, y, text: String(i + 1), isSquare: false }
  })
  const letters = (zones ?? []).map(({ id, lng, lat }, i) => {
    const [x, y] = projection.at(lng, lat)
    return {
      key: id,
      x: x + LETTER_OFFSET,
      y: y - LETTER_OFFSET,
      text: LETTERS[words.lang][i]!,
      isSquare: true,
    }
  })
  return [...ranks, ...letters]
}

export function Mark({ x, y, text, isSquare }: { x: number; y: number; text: string; isSquare?: boolean }) {
  const paint = isSquare
    ? { fill: '#fff', stroke: '#1c2430', 'stroke-width': 0.3 }
    : { fill: '#5b2168', stroke: '#fff', 'stroke-width': 0.35 }
  return (
    <g>
      {isSquare ? (
        <rect x={x - 1.7} y={y - 1.7} width="3.4" height="3.4" {...paint} />
      ) : (
        <circle cx={x} cy={y} r="1.9" {...paint} />
      )}
      <text
        x={x}
        y={y + 0.95}
        class="mark"
        font-size="2.7"
        text-anchor="middle"
        style={isSquare ? undefined : 'fill:#fff'}
      >
        {text}
      </text>
    </g>
  )
}

function ScaleBar({ words, projection, frame }: { words: Localizer; projection: Projection; frame: Frame }) {
  const km = scaleBarKm(projection.mmPerKm, MAX_SCALE_BAR_MM)
  const [length, y] = [km * projection.mmPerKm, frame.height - 3]
  return (
    <g class="scale" data-km={km} data-mm={length}>
      <rect x="2" y={y - 4.2} width={length + 4} height="6.2" fill="#fff" opacity="0.85" />
      <path d={`M4 ${y - 1}v1.2h${length}v-1.2`} fill="none" stroke="#1c2430" stroke-width="0.4" />
      <text x={4 + length / 2} y={y - 1} font-size={LABEL} text-anchor="middle">
        {words.translatorOf(WORDS)('km', { n: words.number(km, 2) })}
      </text>
    </g>
  )
}

const outlinesPath = (outlines: readonly Outline[], projection: Projection): string =>
  pathOf(
    outlines.flatMap(({ polygons }) => polygons.flat()),
    projection,
  )

/** Hundredths of a millimetre are finer than any printer. */
const pathOf = (rings: readonly Ring[], { at }: Projection): string =>
  rings
    .map(
      (ring) =>
        `M${ring
          .map(([lng, lat]) =>
            at(lng, lat)
              .map((mm) => mm.toFixed(2))
              .join(' '),
          )
          .join('L')}Z`,
    )
    .join('')
