import '@fontsource/noto-sans-arabic/arabic-400.css'
import '@fontsource/noto-sans-arabic/arabic-700.css'
import { render } from 'preact'
import { App } from './app/app.js'
import './styles/style.css'

render(<App />, document.getElementById('app')!)
