import HTTPTypes
import Hummingbird

/// Who made a token request, as vendors' logs have it.
struct TokenCaller: Sendable {
    /// The address that the connection came from.
    var address: String?
    /// The `User-Agent`; nil where none was sent.
    var userAgent: String?

    init() {}

    init(_ request: Request, _ context: PracticeContext) {
        address = context.channel.remoteAddress?.ipAddress
        userAgent = request.headers[.userAgent]
    }
}
