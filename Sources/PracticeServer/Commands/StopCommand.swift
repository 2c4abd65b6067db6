import ArgumentParser
import Foundation

/// Ends the server that `start` started; fine when there is none.
struct StopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop the server that start started.")

    @Option(help: "The directory that was given to start.")
    var state: String

    func run() throws {
        let directory = StateDirectory(state)
        if let pid = directory.runningServer {
            kill(pid, SIGTERM)
            let deadline = Date.now.addingTimeInterval(10)
            while StateDirectory.hasSockets(pid) {
                guard Date.now < deadline else {
                    throw ValidationError("the practice server (pid \(pid)) does not end")
                }
                usleep(5000)
            }
        }
        directory.clear()
    }
}
