import HTTPTransport
import RotationCore

/// Calls to an AWS service that speaks JSON: one address for all of them, and a field that names
/// the operation.
struct AWSAPI: Sendable {
    let admin: AdminAPI
    /// What stands in front of the operations' names.
    let target: String
    /// What the service's own errors prove; nil for those that every service has.
    let rule: @Sendable (AWSFailure) -> (kind: AdapterError.Kind, code: String)?

    /// The value of a member of a request.
    enum Value: Sendable {
        case text(String)
        case number(Int)
        case flag(Bool)
        case texts([String])
    }

    /// The members of a request, in their order.
    typealias Members = [(name: String, value: Value)]

    /// The server's own words in an error's body.
    static func words(_ response: HTTPResponse) -> String? { AWSFailure(response)?.words }

    /// Makes a call; throws unless it succeeds.
    func call(_ operation: String, _ members: Members, _ effect: CallEffect)
        async throws(AdapterError) -> HTTPResponse
    {
        let headers: HTTPHeaders = [
            "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "\(target).\(operation)",
        ]
        let response = try await admin.send(
            "POST", "/", headers: headers,
            body: JSONDocument.object(members.map { ($0.name, Self.json($0.value)) }), effect)
        guard response.status != 200 else { return response }
        throw error(response, effect)
    }

    private static func json(_ value: Value) -> [UInt8] {
        switch value {
        case .text(let text): JSONDocument.literal(text)
        case .number(let number): Array("\(number)".utf8)
        case .flag(let flag): Array("\(flag)".utf8)
        case .texts(let texts): JSONDocument.array(texts: texts)
        }
    }

    private func error(_ response: HTTPResponse, _ effect: CallEffect) -> AdapterError {
        let plain = admin.error(response, effect)
        // Beyond 4xx a name proves nothing: whoever is in between may have put it there.
        guard (400..<500).contains(response.status), ![408, 409].contains(response.status),
            let failure = AWSFailure(response),
            let (kind, code) = rule(failure) ?? failure.verdict(effect, response.headers)
        else { return plain }
        return AdapterError(kind, code: "\(admin.login.adapter)-\(code)", message: plain.message)
    }
}
