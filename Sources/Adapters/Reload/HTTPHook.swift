import HTTPTransport
import RotationCore

/// A reload hook that posts to an address of the service.
struct HTTPHook: ReloadHook {
    private let url: String
    private let authorization: ClientSecret?
    private let caFile: String?
    private let timeout: Span
    private let http: any HTTPClient
    /// About the place that the authorization is in.
    private let warnings: [Finding]

    private static let outcome = CallOutcome(adapter: "http")

    static let descriptor = AdapterDescriptor(
        type: "http", summary: "posts to an address of the service",
        settings: [
            SettingDescriptor("url", .url, required: true, summary: "the address"),
            SettingDescriptor(
                "authorization", .reference,
                summary: "the whole value of the Authorization header, such as `Bearer …`"),
            SettingDescriptor(
                "timeout", .span, summary: "how long the answer may take; 30s if left out"),
            .caFile,
        ])

    init(_ target: TargetSettings, _ resolver: SecretResolver) async throws(AdapterError) {
        let settings = Settings(target)
        url = try settings.requiredAddress("url")
        let reference = try settings.reference("authorization")
        authorization =
            switch reference {
            case let reference?: try await resolver.resolve(reference, for: settings.adapter)
            case nil: nil
            }
        warnings = resolver.findings(about: [reference].compactMap(\.self), for: settings.adapter)
        caFile = try settings.caFile()
        timeout = try settings.span("timeout", default: .seconds(30))
        http = resolver.http
    }

    /// Whether it answers can only be tried.
    func preflight() async throws(AdapterError) -> [Finding] { warnings }

    /// One attempt; what comes of it is recorded, and a failed one is repeated by the next run.
    func reload(_ context: ReloadContext) async throws(AdapterError) {
        var headers: HTTPHeaders = ["Content-Type": "application/json", "Accept": "*/*"]
        headers["Authorization"] = authorization?.withPlaintext { $0 }
        let fields = [
            (name: "client", value: context.client.rawValue),
            (name: "rotation", value: context.rotation.rawValue),
            (name: "phase", value: context.phase.rawValue),
        ]
        let body = JSONDocument.object(texts: fields) + [UInt8(ascii: "\n")]
        let response: HTTPResponse
        do throws(HTTPFailure) {
            response = try await http.send(
                HTTPRequest(
                    method: "POST", url: url, headers: headers, body: body,
                    deadline: .milliseconds(timeout.milliseconds), caFile: caFile))
        } catch { throw Self.outcome.error(error, .repeatable) }
        guard (200..<300).contains(response.status) else {
            throw Self.outcome.error(response, .repeatable, words: nil)
        }
    }
}
