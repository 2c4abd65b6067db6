import ClientCredentials
import Foundation
import Glibc

/// A token in a file of its own, in a folder that nobody else may enter.
struct TokenFile {
    private let folder: String
    var path: String { "\(folder)/token" }

    /// In memory where the system has a place there for the user (`XDG_RUNTIME_DIR`), else among
    /// the temporary files.
    init(_ token: AccessToken) throws {
        let runtime = ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"]
        let places = [runtime, FileManager.default.temporaryDirectory.path].compactMap(\.self)
        var made: String?
        for place in places where made == nil { made = Self.makeFolder(in: place) }
        guard let folder = made else { throw Self.notWritten(errno) }
        self.folder = folder
        guard write(Array(token.value.utf8)) else {
            let code = errno
            remove()
            throw Self.notWritten(code)
        }
    }

    private static func makeFolder(in place: String) -> String? {
        var template = Array("\(place)/holdover-XXXXXX".utf8CString)
        return mkdtemp(&template).map { String(cString: $0) }
    }

    private static func notWritten(_ code: Int32) -> Problem {
        Problem(
            .failure, code: "token-file", "the token's file: \(String(cString: strerror(code)))",
            state: "the command wasn't run", hint: "see to XDG_RUNTIME_DIR or TMPDIR")
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        let written = Glibc.write(file, bytes, bytes.count)
        return close(file) == 0 && written == bytes.count
    }

    /// The file and its folder; harmless to repeat.
    func remove() {
        unlink(path)
        rmdir(folder)
    }
}
