/// What Parameter Store lets be done to one parameter.
///
/// From the service's model in botocore and the API reference. Where those leave open whether a new
/// version takes something over from the one before, it doesn't.
enum ParameterRules {
    static let secure = "SecureString"
    private static let tiers = ["Standard", "Advanced", "Intelligent-Tiering"]

    /// A version that is asked for.
    struct Wish: Sendable {
        let text: String
        let type: String?
        let key: String?
        let tier: String?
        let allowedPattern: String?
        let description: String?
        let policies: String?
        let overwrites: Bool
    }

    /// PutParameter: the first version, or with `Overwrite` one more.
    static func put(_ wish: Wish, _ parameter: inout ManagedParameter, at now: Milliseconds)
        throws(AWSError) -> ManagedParameter.Version
    {
        let last = parameter.versions.last
        guard last == nil || wish.overwrites else {
            throw AWSError(
                "ParameterAlreadyExists",
                "The parameter already exists. To overwrite this value, set the overwrite option "
                    + "in the request to true.")
        }
        guard let type = wish.type ?? last?.type else {
            throw invalid("A parameter type is required when you create a parameter.")
        }
        guard last.map({ $0.type == type }) ?? true else {
            throw AWSError(
                "HierarchyTypeMismatchException", "The parameter's type can't be changed.")
        }
        guard !wish.text.contains("{{") else {
            throw invalid("Parameter value can't nest another parameter. Do not use \"{{}}\"")
        }
        let tier = try tier(wish, last)
        let key = type == secure ? wish.key ?? "alias/aws/ssm" : nil
        try mayUseKey(key, for: .encrypt)
        try makeRoom(in: &parameter)
        let made = ManagedParameter.Version(
            number: (last?.number ?? 0) + 1, text: wish.text, type: type, created: now, key: key,
            tier: tier, allowedPattern: wish.allowedPattern, description: wish.description)
        if let pattern = wish.allowedPattern {
            guard let regex = try? Regex(pattern), wish.text.wholeMatch(of: regex) != nil else {
                throw AWSError(
                    "ParameterPatternMismatchException",
                    "Parameter value, cannot be validated against allowedPattern")
            }
        }
        parameter.versions.append(made)
        if let policies = wish.policies { parameter.policies = policies }
        return made
    }

    /// An advanced parameter can't become a standard one, and a standard one has 4 KB.
    private static func tier(_ wish: Wish, _ last: ManagedParameter.Version?)
        throws(AWSError) -> String
    {
        let wanted = wish.tier ?? "Standard"
        guard tiers.contains(wanted) else { throw invalid("There is no such tier.") }
        let isAdvanced = wanted == "Advanced" || (wish.tier == nil && last?.tier == "Advanced")
        guard isAdvanced || last?.tier != "Advanced" else {
            throw invalid(
                "This parameter uses the advanced-parameter tier. You can't downgrade a parameter "
                    + "from the advanced-parameter tier to the standard-parameter tier.")
        }
        let size = wish.text.utf8.count
        guard size <= (wanted == "Standard" && !isAdvanced ? 4096 : 8192) else {
            throw invalid(
                "Standard tier parameters support a maximum parameter value of 4096 characters.")
        }
        // Intelligent-Tiering settles on one of the other two.
        return isAdvanced || size > 4096 ? "Advanced" : "Standard"
    }

    /// The oldest version goes, unless it has a label.
    private static func makeRoom(in parameter: inout ManagedParameter) throws(AWSError) {
        guard parameter.versions.count >= ManagedParameter.limit else { return }
        let oldest = parameter.versions[0]
        guard oldest.labels.isEmpty else {
            throw AWSError(
                "ParameterMaxVersionLimitExceeded",
                "You attempted to create a new version of \(parameter.name) by calling the "
                    + "PutParameter API with the overwrite flag. Version \(oldest.number), the "
                    + "oldest version, can't be deleted because it has a label associated with "
                    + "it. Move the label to another version of the parameter, and try again.")
        }
        parameter.versions.removeFirst()
    }

    /// LabelParameterVersion: each label is on one version; gives those that may not be used.
    static func label(
        _ labels: [String], _ number: Int?, _ parameter: inout ManagedParameter
    ) throws(AWSError) -> [String] {
        guard let number = number ?? parameter.versions.last?.number,
            let index = parameter.versions.firstIndex(where: { $0.number == number })
        else { throw unknownVersion }
        let (good, bad) = (labels.filter(isLabel), labels.filter { !isLabel($0) })
        guard parameter.versions[index].labels.union(good).count <= 10 else {
            throw AWSError(
                "ParameterVersionLabelLimitExceeded",
                "A parameter version can have a maximum of ten labels.")
        }
        for other in parameter.versions.indices { parameter.versions[other].labels.subtract(good) }
        parameter.versions[index].labels.formUnion(good)
        return bad
    }

    private static func isLabel(_ text: String) -> Bool {
        let small = text.lowercased()
        return text.wholeMatch(of: /[A-Za-z_.-][A-Za-z0-9_.-]{0,99}/) != nil
            && !small.hasPrefix("aws") && !small.hasPrefix("ssm")
    }

    /// What a key is used for.
    enum KeyUse {
        case encrypt, decrypt

        /// The sentence for whoever may not.
        ///
        /// That of reading is the Key Management Service's own, and names no right.
        fileprivate var refusal: String {
            switch self {
            case .encrypt:
                "User: arn:aws:iam::123456789012:user/practice is not authorized to perform: "
                    + "kms:Encrypt on resource: \(AWSStoreCall.forbiddenKey)"
            case .decrypt:
                "The ciphertext refers to a customer master key that does not exist, does not "
                    + "exist in this region, or you are not allowed to access."
            }
        }
    }

    static func mayUseKey(_ key: String?, for action: KeyUse) throws(AWSError) {
        if key == AWSStoreCall.forbiddenKey {
            throw AWSError("AccessDeniedException", action.refusal)
        }
        if key == AWSStoreCall.disabledKey {
            throw AWSError("InvalidKeyId", "\(AWSStoreCall.disabledKey) is disabled.")
        }
    }

    static func invalid(_ message: String) -> AWSError { AWSError("ValidationException", message) }
    static let unknown = AWSError("ParameterNotFound", "")
    static let unknownVersion = AWSError(
        "ParameterVersionNotFound", "Systems Manager could not find the version.")
}
