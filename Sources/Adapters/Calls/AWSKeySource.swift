import RotationCore

/// Where the keys come from that requests to Amazon Web Services are signed with.
enum AWSKeySource: Sendable {
    /// Keys that were read from where the plan says.
    case fixed(AWSKeys)
    /// Temporary ones, asked for when they are needed.
    case role(AWSRole, AWSRoles)

    /// Keys that are good now.
    func keys() async throws(AdapterError) -> AWSKeys {
        switch self {
        case .fixed(let keys): keys
        case .role(let role, let roles): try await roles.keys(of: role)
        }
    }
}
