import ArgumentParser
import Foundation

/// Starts a server in the background and returns when it is ready.
struct StartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start a server in the background.",
        discussion: """
            Returns when it is ready. DIR/practice.env (0600) then holds its addresses and \
            credentials as NAME=value lines, DIR/practice.pid its process id.
            """)

    @Option(help: "Directory for practice.pid and practice.env.")
    var state: String

    @OptionGroup var options: ServeOptions

    func run() throws {
        let directory = StateDirectory(state)
        try FileManager.default.createDirectory(
            at: directory.url, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        if let pid = directory.runningServer {
            throw ValidationError("a practice server (pid \(pid)) already runs there")
        }
        let process = Process()
        process.executableURL = Bundle.main.executableURL
        process.arguments = ["serve", "--new-session"] + options.arguments
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let lines = Self.announcement(output.fileHandleForReading)
        guard let lines else {
            process.waitUntilExit()
            throw ExitCode.failure
        }
        try directory.write(pid: process.processIdentifier, lines: lines)
    }

    /// Reads until the last line is there; `nil` when the server ended before that.
    private static func announcement(_ handle: FileHandle) -> Data? {
        var data = Data()
        while true {
            let piece = handle.availableData
            if piece.isEmpty { return nil }
            data += piece
            let text = String(decoding: data, as: UTF8.self)
            if text.hasSuffix("\n"), text.contains("PRACTICE_PID=") { return data }
        }
    }
}
