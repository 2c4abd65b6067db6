/// The members of all operations' requests.
struct CognitoInput: Decodable {
    var userPool: String?
    var client: String?
    var secret: String?
    var secretID: String?

    private enum CodingKeys: String, CodingKey {
        case userPool = "UserPoolId"
        case client = "ClientId"
        case secret = "ClientSecret"
        case secretID = "ClientSecretId"
    }
}
