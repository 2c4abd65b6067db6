import ArgumentParser

/// How a consumer notices that its secret has changed.
enum Habit: String, ExpressibleByArgument, CaseIterable {
    /// It watches the folder of the file.
    case watch
    /// It reads again every so often.
    case interval
    /// It reads again on SIGHUP, and only then.
    case hook
}

/// A length of time on the command line: `500ms`, `2s`, `1m`.
struct Length: ExpressibleByArgument {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int(digits), count <= 86_400_000 else { return nil }
        switch argument.dropFirst(digits.count) {
        case "ms": duration = .milliseconds(count)
        case "s": duration = .seconds(count)
        case "m": duration = .seconds(60 * count)
        default: return nil
        }
    }
}

/// Where the client's secret goes in a token request.
enum SecretPlace: String, ExpressibleByArgument, CaseIterable {
    /// In an Authorization header.
    case basic
    /// In the body.
    case post
}
