import HTTPTransport
import RotationCore

/// A consumer that shows its report at an address.
struct HTTPSReporter: AdoptionReporter {
    private let url: String
    private let caFile: String?
    private let http: any HTTPClient

    static let descriptor = AdapterDescriptor(
        type: "https", summary: "the last line of a text that an address shows",
        settings: [
            SettingDescriptor(
                "url", .url, required: true, summary: "the address; 404 is no report"),
            .caFile,
        ], evidence: .fingerprint)

    let source = EvidenceClass.fingerprint

    init(_ target: TargetSettings, http: any HTTPClient) throws(AdapterError) {
        let settings = Settings(target)
        let url = try settings.requiredAddress("url")
        self.url = url
        caFile = try settings.caFile()
        self.http = http
    }

    func report(since: Instant?) async throws(AdapterError) -> ConsumerReport? {
        let outcome = CallOutcome(adapter: "report")
        let response: HTTPResponse
        do throws(HTTPFailure) {
            response = try await http.send(
                HTTPRequest(
                    url: url, headers: ["Accept": "text/plain"], attempts: .repeatable,
                    caFile: caFile))
        } catch {
            throw outcome.error(error, .read)
        }
        switch response.status {
        case 200: return try ReportLine.read(response.body)
        case 204, 404: return nil
        default: throw outcome.error(response, .read, words: nil)
        }
    }
}
