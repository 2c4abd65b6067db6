import Foundation

// Everything the demonstration writes is for its owner only, what its children write included.
umask(0o077)
// A reader that goes away ends the demonstration in order, with its children and its directory.
signal(SIGPIPE, SIG_IGN)

let timeline = Timeline(on: Terminal(environment: ProcessInfo.processInfo.environment))
let performance = Task { await Performance(timeline: timeline).run() }
let interruptions = Interruptions { performance.cancel() }
let outcome = await performance.value
exit(interruptions.exitCode ?? outcome)
