/// An answer, complete and within the caps.
public struct HTTPResponse: Sendable, Hashable {
    /// The status code, such as 200.
    public let status: Int
    /// The fields, without trailers.
    public let headers: HTTPHeaders
    /// The body, as it was sent: nothing is decompressed.
    public let body: [UInt8]

    /// An answer.
    public init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

extension HTTPResponse: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The status and the size; bodies carry tokens and secrets.
    public var description: String { "<answer \(status), \(body.count) bytes>" }
    /// The same.
    public var debugDescription: String { description }
    /// No children, so that `dump` shows neither headers nor body.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
