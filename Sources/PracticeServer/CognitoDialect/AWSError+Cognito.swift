/// Cognito's own errors.
extension AWSError {
    static let tooManySecrets = AWSError(
        "LimitExceededException", "Maximum number of client secrets reached.")
    static let lastSecret = AWSError(
        "InvalidParameterException", "The last client secret of an app client can't be deleted.")
    static let rateLimited = AWSError("TooManyRequestsException", "Too many requests")

    /// What does not fit the shapes of Cognito's API.
    static func unfit(_ member: String, _ rule: String) -> AWSError {
        invalid(member, rule, type: "InvalidParameterException")
    }

    static func noPool(_ id: String) -> AWSError {
        AWSError("ResourceNotFoundException", "User pool \(id) does not exist.")
    }

    static func noClient(_ id: String) -> AWSError {
        AWSError("ResourceNotFoundException", "User pool client \(id) does not exist.")
    }

    static let noSecret = AWSError(
        "ResourceNotFoundException", "The client secret does not exist.")
}
