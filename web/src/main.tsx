import '@fontsource/noto-sans-arabic/arabic-400.css'
import '@fontsource/noto-sans-arabic/arabic-700.css'
import { render } from 'preact'
import './styles/tokens.css'
import './styles/base.css'
import { App } from './app/app.js'
// The print styles come after those of the parts, which they override.
import './styles/print.css'

render(<App />, document.getElementById('app')!)
