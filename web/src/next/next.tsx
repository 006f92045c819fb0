import type { ViewProps } from '../view-props.js'

export function Next({ words: { t } }: ViewProps) {
  return <h2>{t('view_next')}</h2>
}
