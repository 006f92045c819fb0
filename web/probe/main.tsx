import { render } from 'preact'
import { App } from './app.js'
import './style.css'

render(<App />, document.getElementById('app')!)
if ('serviceWorker' in navigator) void navigator.serviceWorker.register('probe-worker.js', { scope: 'probe' })
