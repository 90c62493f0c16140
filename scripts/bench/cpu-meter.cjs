// Loaded before the program that is measured; tells its processor time in microseconds on file descriptor 3.
process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  require('node:fs').writeSync(3, String(user + system))
})
