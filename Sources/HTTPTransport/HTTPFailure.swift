/// Why a request got no usable answer.
public struct HTTPFailure: Error, Sendable, Hashable {
    /// What is known about the request.
    public enum Kind: Sendable, Hashable {
        /// Proved: nothing of the request left this process. A refused URL, DNS, connect, TLS
        /// handshake.
        case notSent
        /// Something may have left: a timeout, a reset, an answer over the cap or one that can't be
        /// read.
        case interrupted
    }

    /// What is known about the request.
    public let kind: Kind
    /// What went wrong, for people.
    ///
    /// Never holds a header's value or a body.
    public let message: String
    /// Whether an answer came, and was over the cap: the same question gets the same again.
    public let isTooLarge: Bool

    /// A failure of `kind`.
    public init(_ kind: Kind, _ message: String, isTooLarge: Bool = false) {
        self.kind = kind
        self.message = message
        self.isTooLarge = isTooLarge
    }
}

extension HTTPFailure: CustomStringConvertible {
    /// The message, with what it means in front.
    public var description: String {
        switch kind {
        case .notSent: "not sent: \(message)"
        case .interrupted: "interrupted: \(message)"
        }
    }
}
