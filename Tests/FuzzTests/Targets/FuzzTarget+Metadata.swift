import FoundationEssentials
import HTTPTransport

@testable import ClientCredentials

extension FuzzTarget {
    /// An authorization server's metadata: only of the issuer that was asked for, and with token
    /// endpoints to which a secret may go.
    static let metadata = FuzzTarget("metadata") { bytes in
        let issuer = "https://a.test/i"
        let answer = AnswerList.answer(bytes[...])
        do throws(TokenError) {
            let metadata = try AuthorizationServerMetadata(
                answer, of: issuer, at: Date(timeIntervalSince1970: 1_795_000_000))
            guard let metadata else { return nil }
            guard answer.status == 200 else { return "metadata out of \(answer.status)" }
            guard metadata.issuer == issuer else { return "the issuer is \(metadata.issuer)" }
            let endpoints: [String?] = [metadata.tokenEndpoint, metadata.mutualTLSTokenEndpoint]
            for case let url? in endpoints {
                guard (try? HTTPRequest(url: url).assertPermitted()) != nil, !url.contains("#")
                else { return "a secret would go to \(url)" }
            }
            return nil
        } catch { return unseen(error.description) }
    }
}
