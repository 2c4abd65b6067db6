/// A server that takes mail, and how to reach it.
///
/// Printing and dumping show no password.
public struct MailServer: Sendable {
    /// How the connection is kept from others.
    public enum Security: String, Sendable, Hashable, CaseIterable {
        /// TLS from the first byte (RFC 8314 §3.3).
        case tls
        /// STARTTLS (RFC 3207), and no mail where the server doesn't offer it.
        case startTLS = "starttls"
        /// Nothing: for an address of this machine only.
        case none
    }

    /// A name, or an address in digits.
    public var host: String
    /// The port.
    public var port: Int
    /// How the connection is kept from others.
    public var security: Security
    /// Who logs in; nil for nobody.
    public var user: String?
    /// By what.
    public var password: String?
    /// A PEM file of the only authorities to trust; nil for the system's.
    public var caFile: String?

    /// A server.
    public init(
        host: String, port: Int, security: Security, user: String? = nil, password: String? = nil,
        caFile: String? = nil
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.user = user
        self.password = password
        self.caFile = caFile
    }
}

extension MailServer: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Host and port.
    public var description: String { "\(host):\(port)" }
    /// The same.
    public var debugDescription: String { description }
    /// No children, so that `dump` shows no password.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Why a mail wasn't taken.
public struct MailFailure: Error, Sendable, Hashable {
    /// What is known.
    public enum Kind: Sendable, Hashable {
        /// The server can't be reached, is busy (4yz, RFC 5321 §4.2.1), or what it said was lost.
        case unavailable
        /// It doesn't take the login.
        case loginRefused
        /// It doesn't take the mail (5yz).
        case refused
    }

    /// What is known.
    public let kind: Kind
    /// In words, without a password.
    public let message: String

    /// A failure.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
