import CoreFoundation  // for `stat`, which is one module's or the other's
import Foundation
import Glibc

/// Where tokens are kept between two commands.
struct TokenFolder {
    let path: String

    /// `$XDG_CACHE_HOME/holdover/tokens`, else below `~/.cache`.
    static var own: TokenFolder {
        let environment = ProcessInfo.processInfo.environment
        func set(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let base = set("XDG_CACHE_HOME") ?? (set("HOME") ?? NSHomeDirectory()) + "/.cache"
        return TokenFolder(path: base + "/holdover/tokens")
    }

    /// What to say of a folder that can't be used; nil where it can, or isn't there yet.
    var complaint: String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        guard status.st_uid != geteuid() || status.st_mode & 0o077 != 0 else { return nil }
        return "holdover: note: \(path) isn't used: it must be yours, of mode 0700"
    }
}
