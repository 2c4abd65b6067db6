/// A role of an AWS account that a web identity may take on.
struct AWSRole: Sendable, Hashable {
    /// The adapter that needs it, with which every error starts.
    let adapter: String
    /// The address of the Security Token Service.
    let service: String
    let arn: String
    /// The identity's token, which whoever issues it exchanges in its place.
    let token: SecretReference
    let caFile: String?
}
