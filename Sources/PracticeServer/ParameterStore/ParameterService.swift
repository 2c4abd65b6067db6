import Foundation
import HTTPTypes
import Hummingbird

/// AWS Systems Manager's Parameter Store, to practise on.
struct ParameterService: Sendable {
    static let mount = "/ssm"

    let practice: Practice

    func add(to router: Router<PracticeContext>) {
        router.post("\(Self.mount)/") { request, _ in await answer(request) }
    }

    private func answer(_ request: Request) async -> Response {
        do throws(AWSError) {
            let call = try await AWSStoreCall(
                request, target: "AmazonSSM", service: "ssm", practice)
            return AWSError.reply(try perform(call), .ok)
        } catch {
            return error.response
        }
    }

    private func perform(_ call: AWSStoreCall) throws(AWSError) -> [String: JSONValue] {
        switch call.operation {
        case "PutParameter": return try put(call)
        case "GetParameter": return try value(call)
        case "GetParameterHistory": return try history(call)
        case "LabelParameterVersion":
            guard let labels = try call.texts("Labels"), labels.count <= 10 else {
                throw .invalid("labels", "have length less than or equal to 10")
            }
            let number = call.input["ParameterVersion"]?.integer.map(Int.init)
            return try change(call) { parameter, _ throws(AWSError) in
                guard !parameter.versions.isEmpty else { throw ParameterRules.unknown }
                let bad = try ParameterRules.label(labels, number, &parameter)
                let labelled = number ?? parameter.versions.last?.number ?? 0
                var members: [String: JSONValue] = ["ParameterVersion": .integer(Int64(labelled))]
                members["InvalidLabels"] = bad.isEmpty ? nil : .array(bad.map { .string($0) })
                return members
            }
        default: throw .unknownOperation
        }
    }

    private func put(_ call: AWSStoreCall) throws(AWSError) -> [String: JSONValue] {
        let policies = try call.text("Policies", upTo: 4096)
        let wish = ParameterRules.Wish(
            text: try call.required("Value", upTo: 1 << 20), type: try call.text("Type"),
            key: try call.text("KeyId", upTo: 256), tier: try call.text("Tier"),
            allowedPattern: try call.text("AllowedPattern", upTo: 1024),
            description: try call.text("Description", upTo: 1024), policies: policies,
            overwrites: call.input["Overwrite"]?.bool ?? false)
        guard policies == nil || wish.tier == "Advanced" else {
            throw ParameterRules.invalid("Policies are for advanced parameters.")
        }
        return try change(call) { parameter, now throws(AWSError) in
            let made = try ParameterRules.put(wish, &parameter, at: now)
            return ["Version": .integer(Int64(made.number)), "Tier": .string(made.tier)]
        }
    }

    private func value(_ call: AWSStoreCall) throws(AWSError) -> [String: JSONValue] {
        let parts = try call.required("Name").split(
            separator: ":", maxSplits: 1, omittingEmptySubsequences: false
        ).map(String.init)
        let (parameter, versions) = try find(parts[0])
        let selector = parts.count > 1 ? parts[1] : nil
        let found = versions.last { version in
            guard let selector else { return true }
            return Int(selector).map { $0 == version.number } ?? version.labels.contains(selector)
        }
        guard let found else { throw ParameterRules.unknownVersion }
        let isShown = call.input["WithDecryption"]?.bool ?? false
        if isShown { try ParameterRules.mayUseKey(found.key, for: .decrypt) }
        var members = wire(found, of: parameter, isShown: isShown)
        members["ARN"] = .string(parameter.arn)
        members["Selector"] = selector.map { .string(":\($0)") }
        return ["Parameter": .object(members)]
    }

    private func history(_ call: AWSStoreCall) throws(AWSError) -> [String: JSONValue] {
        let (parameter, versions) = try find(try call.required("Name"))
        let count = Int(call.input["MaxResults"]?.integer ?? 50)
        guard (1...50).contains(count) else {
            throw .invalid("maxResults", "have value less than or equal to 50")
        }
        let start = try call.text("NextToken").map { Int($0) ?? -1 } ?? 0
        guard versions.indices.contains(start) else {
            throw AWSError("InvalidNextToken", "The specified token isn't valid.")
        }
        let page = versions[start...].prefix(count)
        let isShown = call.input["WithDecryption"]?.bool ?? false
        var members: [String: JSONValue] = [
            "Parameters": .array(
                page.map { version in
                    var members = wire(version, of: parameter, isShown: isShown)
                    members["KeyId"] = version.key.map { .string($0) }
                    members["Tier"] = .string(version.tier)
                    members["AllowedPattern"] = version.allowedPattern.map { .string($0) }
                    members["Description"] = version.description.map { .string($0) }
                    members["Labels"] = .array(version.labels.sorted().map { .string($0) })
                    members["Policies"] = Self.policies(parameter)
                    return .object(members)
                })
        ]
        members["NextToken"] = page.endIndex < versions.count ? .string("\(page.endIndex)") : nil
        return members
    }

    private func wire(
        _ version: ManagedParameter.Version, of parameter: ManagedParameter, isShown: Bool
    ) -> [String: JSONValue] {
        let isHidden = version.type == ParameterRules.secure && !isShown
        return [
            "Name": .string(parameter.name), "Type": .string(version.type),
            "Value": .string(isHidden ? "AQICAHi0ciphertext==" : version.text),
            "Version": .integer(Int64(version.number)), "DataType": "text",
            "LastModifiedDate": .double(Double(version.created) / 1_000),
        ]
    }

    /// Each with its type and state, from the array that was sent.
    private static func policies(_ parameter: ManagedParameter) -> JSONValue {
        let sent = parameter.policies.flatMap {
            try? JSONDecoder().decode([JSONValue].self, from: Data($0.utf8))
        }
        return .array(
            (sent ?? []).map { policy in
                .object([
                    "PolicyText": "{}", "PolicyType": policy["Type"] ?? .null,
                    "PolicyStatus": "Pending",
                ])
            })
    }

    private func find(_ name: String) throws(AWSError) -> (
        ManagedParameter, [ManagedParameter.Version]
    ) {
        let (found, lag, now) = practice.withState {
            ($0.awsParameters[name], $0.settings.listLagMs, $0.now)
        }
        guard let found else { throw ParameterRules.unknown }
        return (found, found.versions(seenAt: now, lag: lag))
    }

    private func change(
        _ call: AWSStoreCall,
        _ body:
            @Sendable (inout ManagedParameter, Milliseconds) throws(AWSError)
            -> [String: JSONValue]
    ) throws(AWSError) -> [String: JSONValue] {
        let name = try call.required("Name", upTo: 1011)
        guard name.wholeMatch(of: /[a-zA-Z0-9_.\/-]+/) != nil else {
            throw ParameterRules.invalid("Parameter name: can't be an ARN or have other symbols.")
        }
        return try practice.withState { state throws(AWSError) in
            var parameter = state.awsParameters[name] ?? ManagedParameter(name: name)
            let (before, now) = (parameter.versions, state.now)
            let members = try body(&parameter, now)
            if !before.isEmpty { parameter.remember(before, at: now) }
            state.awsParameters[name] = parameter
            return members
        }
    }
}
