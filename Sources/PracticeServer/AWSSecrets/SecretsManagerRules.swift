/// What Secrets Manager lets be done to one secret.
///
/// From the service's model in botocore, and for the words and what is left open there, from the
/// API reference. Where that says nothing, this is the stricter.
enum SecretsManagerRules {
    /// A change of a secret that may be refused.
    typealias Change<Result> =
        @Sendable (inout ManagedSecret, Milliseconds) throws(AWSError) -> Result

    /// PutSecretValue: one more version, or the one that has this token already.
    static func put(
        _ content: ManagedSecret.Content, token: String, stages: Set<String>?
    ) -> Change<ManagedSecret.Version> {
        { secret, now throws(AWSError) in
            try mayChange(secret)
            try mayUseKey(secret.key, orThrow: "EncryptionFailure")
            if let made = secret.version(token) {
                guard made.content == content else {
                    throw AWSError(
                        "ResourceExistsException",
                        "You can't use ClientRequestToken \(token) because that value is already "
                            + "in use for a version of secret \(secret.arn).")
                }
                return made
            }
            let isFirst = secret.versions.isEmpty
            guard secret.makeRoom(at: now) else {
                throw AWSError(
                    "LimitExceededException",
                    "You have reached the maximum number of versions for this secret.")
            }
            secret.versions.append(
                ManagedSecret.Version(id: token, content: content, created: now))
            let labels = (stages ?? [ManagedSecret.current])
                .union(isFirst ? [ManagedSecret.current] : [])
            for stage in labels.sorted() { secret.put(stage, on: token) }
            return secret.version(token) ?? secret.versions[0]
        }
    }

    /// UpdateSecretVersionStage: a label goes from one version to another, or away.
    static func move(_ stage: String, from old: String?, to new: String?) -> Change<Void> {
        { secret, _ throws(AWSError) in
            try mayChange(secret)
            guard old != nil || new != nil else {
                throw invalid("You must specify MoveToVersionId or RemoveFromVersionId.")
            }
            if let new, secret.version(new) == nil {
                throw AWSError(
                    "ResourceNotFoundException",
                    "Secrets Manager can't find the specified secret version.")
            }
            let holder = secret.holder(of: stage)
            if let holder, old == nil {
                throw invalid(
                    "The parameter RemoveFromVersionId can't be empty. Staging label \(stage) is "
                        + "currently attached to version \(holder), so you must explicitly "
                        + "reference that version in RemoveFromVersionId.")
            }
            if let old, old != holder {
                throw invalid(
                    "The staging label \(stage) is not attached to version \(old).")
            }
            guard let new else {
                guard stage != ManagedSecret.current else {
                    throw invalid(
                        "You can only move staging label AWSCURRENT to a different secret version. "
                            + "It can't be completely removed.")
                }
                return secret.remove(stage)
            }
            guard new != holder else {
                throw invalid("The staging label \(stage) is already attached to version \(new).")
            }
            secret.put(stage, on: new)
        }
    }

    static func invalid(_ message: String) -> AWSError {
        AWSError("InvalidParameterException", message)
    }

    static func mayChange(_ secret: ManagedSecret) throws(AWSError) {
        guard secret.deleted == nil else {
            throw AWSError(
                "InvalidRequestException",
                "You can't perform this operation on the secret because it was marked for "
                    + "deletion.")
        }
    }

    /// Whether whoever asks may use the key that a secret is encrypted with.
    static func mayUseKey(_ key: String?, orThrow failure: String) throws(AWSError) {
        if key == AWSStoreCall.forbiddenKey {
            throw AWSError("AccessDeniedException", "Access to KMS is not allowed")
        }
        if key == AWSStoreCall.disabledKey {
            throw AWSError(
                failure, "Secrets Manager can't use the KMS key: it is disabled.")
        }
    }
}
