import Crypto
import RotationCore

/// How the calls of a ``DeclaredServer`` are made: by a program, or by requests from a plan.
protocol DeclaredBackend: Sendable {
    /// The adapter's type, in front of every code and message.
    var adapter: String { get }
    /// Who the server says it is.
    func identity() async throws(AdapterError) -> String
    /// What would keep a rotation from working.
    func findings(overlap: Span) async throws(AdapterError) -> [Finding]
    /// The client's secrets as they are now.
    func secrets() async throws(AdapterError) -> [DeclaredSecret]
    /// Adds a secret; `secret` is nil where the server makes it.
    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    /// Changes one secret; done where it is so already.
    func change(_ change: DeclaredChange, _ id: String, keeping survivor: ClientSecret?)
        async throws(AdapterError)
}

/// What can be done to a secret.
enum DeclaredChange: String, Sendable, Encodable {
    case disable, enable, delete
}

/// A secret as the server lists it.
struct DeclaredSecret: Sendable {
    let id: String
    var label: String?
    var isEnabled = true
    var createdAt: Instant?
    var expiresAt: Instant?
    /// The value, or a hash of it, where the server shows one.
    var value: Value?

    /// What is shown of a value.
    enum Value: Sendable {
        case plain(ClientSecret)
        /// SHA-256 in small hexadecimal digits.
        case sha256(String)

        func matches(_ secret: ClientSecret) -> Bool {
            switch self {
            case .plain(let value): value.matches(secret)
            case .sha256(let digest):
                secret.withPlaintext { HexText.of(SHA256.hash(data: Array($0.utf8))) } == digest
            }
        }
    }
}
