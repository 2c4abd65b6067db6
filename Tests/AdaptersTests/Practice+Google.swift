import Foundation
import Testing

@testable import Adapters

extension Practice {
    /// A service account with `grants`, and its key as Google gives it out.
    func serviceAccount(_ grants: [String]) async throws -> String {
        let key = try OpenSSLKeyPair("RSA", "-pkeyopt", "rsa_keygen_bits:2048")
        let literal = { (text: String) in
            String(decoding: JSONDocument.literal(text), as: UTF8.self)
        }
        let email = "\(UUID().uuidString.lowercased())@practice.iam.gserviceaccount.com"
        let rights = grants.map(literal).joined(separator: ",")
        try await control(
            "POST", "clients",
            #"{"dialect":"google","client_id":"\#(email)","auth_method":"private_key_jwt","#
                + #""public_key":\#(literal(key.publicKey)),"grants":[\#(rights)]}"#)
        return #"{"type":"service_account","project_id":"practice-project","#
            + #""private_key_id":"k1","private_key":\#(literal(key.privateKey)),"#
            + #""client_email":"\#(email)","#
            + #""token_uri":"\#(self["GOOGLE_LOGIN_TOKEN_URL"])"}"#
    }
}
