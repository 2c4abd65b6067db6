import RotationCore

/// A server whose client's secrets are tried at a token endpoint, the way the consumers use them.
protocol ProbedServer: AuthorizationServer {
    /// Where, and how.
    var probe: TokenProbe { get }
}
