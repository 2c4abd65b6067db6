/// By what this side of a TLS connection proves who it is.
///
/// The bytes are handed over and not the names of files, so that what was checked is what is used,
/// and a file that is exchanged meanwhile doesn't meet a connection of the one before. A connection
/// that was made with a certificate carries no request without it, and none with another one.
///
/// Printing and dumping show neither half.
public struct ClientCertificate: Sendable, Hashable {
    /// The certificate as PEM, with those of the authorities in between behind it.
    public let chain: [UInt8]
    /// Its private key as PEM, without a passphrase.
    public let key: [UInt8]

    /// A certificate with its key.
    public init(chain: [UInt8], key: [UInt8]) {
        self.chain = chain
        self.key = key
    }
}

extension ClientCertificate: CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// That there is one.
    public var description: String { "<client certificate>" }
    /// The same.
    public var debugDescription: String { description }
    /// No children, so that `dump` shows no key.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
