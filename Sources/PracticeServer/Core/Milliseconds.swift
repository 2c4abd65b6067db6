import Foundation

/// Milliseconds, as a length or since 1970 UTC.
typealias Milliseconds = Int64

extension Milliseconds {
    /// What the machine's clock says.
    static func systemNow() -> Milliseconds {
        Milliseconds(Date().timeIntervalSince1970 * 1000)
    }

    /// Whole seconds, rounded down: Keycloak's and JWT's unit.
    var seconds: Int64 { self / 1000 }

    /// `2023-04-06T21:32:33.000Z`, the way Okta writes it.
    var iso8601: String {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return Date(timeIntervalSince1970: Double(self) / 1000).formatted(style)
    }
}
