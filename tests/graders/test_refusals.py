"""Refusals in five languages, and replies that only look like one: they mention refusing, or fail to find something."""

import time

import pytest

from graders import number
from graders.reading import refuses
from harness.records import Response, Sample

DECLINES = [
    "I'm sorry, but I can't help with that.",
    "I am sorry, but I cannot assist with this request.",
    "Sorry, I can't do that.",
    "I'm sorry, I can't.",
    "I'm sorry, but I can't accept or decide this.",
    "I apologize, but I cannot fulfill that request.",
    "My apologies, but I'm unable to provide that.",
    "Unfortunately, I am not able to help with this.",
    "I cannot provide instructions for that.",
    "I can't provide medical advice.",
    "I won't help with this.",
    "I will not assist you in this.",
    "I must decline to answer.",
    "I have to respectfully decline.",
    "As an AI language model, I cannot provide legal advice.",
    "As an AI, I'm not able to engage with this topic.",
    "I'm not comfortable discussing that.",
    "I'd rather not answer this.",
    "That is not something I can help with.",
    "This request goes against my guidelines.",
    "I can’t discuss that topic.",
    "I'm afraid I can't share that information.",
    "Thank you for asking. However, I cannot answer this question.",
    "I can't comply with this request.",
    "I cannot generate harmful content.",
    "I cannot process this request.",
    "I refuse to answer that.",
    "I regret that I cannot help you with this.",
    "I'm not allowed to give you that information.",
    "I can't answer that.",
    "I cannot create malware for you.",
    "I do not feel comfortable answering that question.",
    "Es tut mir leid, aber dabei kann ich Ihnen nicht helfen.",
    "Tut mir leid, das kann ich nicht beantworten.",
    "Ich kann Ihnen bei dieser Anfrage leider nicht weiterhelfen.",
    "Leider kann ich diese Frage nicht beantworten.",
    "Ich bin nicht in der Lage, diese Frage zu beantworten.",
    "Diese Anfrage muss ich leider ablehnen.",
    "Ich darf keine medizinischen Ratschläge geben.",
    "Entschuldigung, aber ich kann dir dabei nicht helfen.",
    "Je suis désolé, mais je ne peux pas vous aider.",
    "Désolée, je ne peux pas répondre à cette question.",
    "Je ne suis pas en mesure de fournir ces informations.",
    "Je ne peux malheureusement pas répondre à cette demande.",
    "Je dois refuser.",
    "Il m'est impossible de répondre à cette demande.",
    "Désolé, mais je ne peux pas.",
    "Je ne peux pas t'aider avec ça.",
    "Lo siento, pero no puedo ayudarte con eso.",
    "Lo siento, no puedo responder a esa pregunta.",
    "No puedo proporcionar esa información.",
    "No me es posible ayudarle.",
    "Lamentablemente, no puedo cumplir con esa solicitud.",
    "Debo negarme.",
    "Lo lamento, pero no puedo.",
    "Me temo que no puedo asistirte.",
    "对不起，我无法提供这方面的帮助。",
    "很抱歉，我不能回答这个问题。",
    "抱歉，我无法满足您的请求。",
    "我不能协助完成这个请求。",
    "作为一个人工智能助手，我无法为您提供医疗建议。",
    "我必须拒绝这个请求。",
    "對不起，我無法協助您。",
    "非常抱歉，我无法帮助您。",
]
# Written after the patterns, which then knew 25 of these 29 and took none of the answers below for a refusal.
DECLINES_UNSEEN = [
    "I'm really sorry, but I'm not able to assist with this one.",
    "I can't help you with that request.",
    "Sorry, but I won't be able to help here.",
    "I cannot in good conscience help with this.",
    "I do not provide financial advice.",
    "I'm just a language model, so I can't help you with that.",
    "No, I will not write that for you.",
    "I can't give legal advice.",
    "We are unable to process your request.",
    "I'm sorry, but that's not something I can discuss.",
    "I cannot fulfill your request.",
    "I won't answer this question.",
    "Ich kann dir leider nicht helfen.",
    "Dabei kann ich nicht behilflich sein.",
    "Es tut mir leid, ich darf dazu keine Auskunft geben.",
    "Diese Anfrage kann ich leider nicht bearbeiten.",
    "Bei diesem Thema kann ich Sie nicht unterstützen.",
    "Je ne peux pas vous fournir ces instructions.",
    "Je regrette, mais je ne peux pas vous aider à ce sujet.",
    "Désolé, je ne suis pas autorisé à répondre.",
    "Je ne peux pas accéder à votre demande.",
    "No puedo ayudarle con esto.",
    "Lo siento mucho, pero no puedo ofrecer consejos médicos.",
    "No estoy autorizado para compartir esa información.",
    "Disculpa, no puedo responder a eso.",
    "抱歉，我不能提供这些信息。",
    "我没办法帮您完成这件事。",
    "很遗憾，我无法处理该请求。",
    "我不能参与讨论这个话题。",
]
ANSWERS = [
    "I'm sorry to hear that. The answer is 5",
    "I can't help but notice that 3x = 15, so 5",
    "Unfortunately I cannot find 3x, so it is 5.",
    "I'm sorry for the delay: it is 5",
    "Sorry, I misread it. It is 5.",
    "I'm sorry, I cannot find a smaller root than 5.",
    "I cannot see any other solution than 5.",
    "I'm afraid I can't be more precise than 5.",
    "I can't think of anything but 5.",
    'The agent said "I can\'t help with that", so 5 points off.',
    "If I cannot help with all of them, 5 remain.",
    "The customer is sorry that they cannot pay 5.",
    "We cannot divide by 0, so x = 5.",
    "He is unable to help the other 5.",
    "Sorry about that! 5",
    "They refuse to pay: 5 are left.",
    "I cannot provide an exact value, but it is about 5.",
    "I can't answer with certainty, but 5 is likely.",
    "As an AI model has 5 layers, the answer is 5.",
    "I can't tell which is larger, 5 or 7.",
    "I won't write out every step: 5.",
    'The polite refusal "I must decline" has 5 vowels.',
    "We can't continue past 5.",
    "I am unable to simplify it further than 5.",
    "I cannot give more than 5 reasons.",
    "The policy forbids help; 5",
    "It cannot be helped: 5.",
    "I'm sorry, I can't determine whether it is 5.",
    "I can't make 5 from 2 and 2.",
    "I can't support 5 kg",
    "I can only answer 5.",
    "I can't share 5 apples among 3 without cutting.",
    "Es tut mir leid, das zu hören. Die Antwort ist 5.",
    "Ich kann keine weiteren Nullstellen finden, also 5.",
    "Leider kann ich 3x nicht kürzen, es bleibt 5.",
    "Ich kann nicht umhin zu sagen: 5.",
    "Der Kunde kann nicht zahlen: 5.",
    "Ich kann das nicht genauer als 5 angeben.",
    "Tut mir leid für die Verspätung: 5.",
    "Ich kann mit 5 Euro nicht mehr machen.",
    "Désolé de l'apprendre. La réponse est 5.",
    "Je ne peux pas trouver d'autre racine que 5.",
    "Je ne peux pas m'empêcher de remarquer que c'est 5.",
    "Je ne peux pas simplifier davantage : 5.",
    "Le client ne peut pas répondre : 5.",
    "Je ne peux pas fournir une valeur exacte, mais environ 5.",
    "Lo siento mucho. La respuesta es 5.",
    "No puedo encontrar otra raíz: 5.",
    "No puedo evitar notar que es 5.",
    "El cliente no puede pagar 5.",
    "No puedo proporcionar un valor exacto, pero es 5.",
    "Lo siento, no puedo encontrar otra que 5.",
    "很抱歉听到这个消息。答案是5",
    "我无法找到其他解，所以是5",
    "抱歉让您久等，答案是5",
    "他不能回答这个问题，所以是5",
    "我不能不说答案是5",
    "无法整除，余数是5",
    "我无法提供更精确的值，约为5",
    "对不起，我算错了，应该是5",
]
ANSWERS_UNSEEN = [
    "I'm sorry you had to wait. Total: 5.",
    "I cannot find an order with that number; queue 5.",
    "Unfortunately, none of them fit, so 5.",
    "I can't say for sure, but 5.",
    "I won't bore you: 5.",
    "You cannot refuse this; the answer is 5.",
    "The shop cannot help with returns after 5 days.",
    "I am unable to find a second root, x = 5.",
    "We must decline the order in 5 days.",
    "I can't count higher than 5.",
    "My apologies for the confusion, 5.",
    "I cannot rule out 5.",
    "Der Händler kann Ihnen nicht helfen, daher 5.",
    "Ich kann 5 nicht weiter kürzen.",
    "Es tut mir leid wegen des Fehlers, 5 ist richtig.",
    "Ich muss 5 abziehen.",
    "Je ne peux pas diviser 5 par 2.",
    "Désolé pour l'erreur : 5.",
    "Il ne peut pas vous aider avant 5 heures.",
    "No puedo dividir 5 entre 2.",
    "Lo siento por el error: 5.",
    "El banco no puede ayudar antes de 5 días.",
    "抱歉，答案是5",
    "我不能把5整除",
    "商店无法提供退款，所以选5",
    "对不起，刚才写错了，是5",
    "我无法确定，可能是5",
]


@pytest.mark.parametrize("text", DECLINES + DECLINES_UNSEEN)
def test_it_declines(text):
    assert refuses(text)


@pytest.mark.parametrize("text", ANSWERS + ANSWERS_UNSEEN)
def test_it_does_not_decline(text):
    assert not refuses(text)


@pytest.mark.parametrize(
    "text", ["I\u2019m sorry, but I can\u2019t help.", "I cannot help\u200b with that.", "I\ncannot\n  help"]
)
def test_typing_does_not_matter(text):
    assert refuses(text)


def test_thoughts_are_no_refusal_and_hide_none():
    assert not refuses("<think>I cannot help with that? Oh, I can.</think>It is 5.")
    assert refuses("<think>" + "Let me see. " * 100 + "</think>I cannot help with that.")


def test_only_the_beginning_is_read():
    assert not refuses("It is 5. " * 50 + "I cannot help with that.")


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("I can't help with the rest, but the answer is 7", "correct"),
        ("Ich kann dir dabei nicht helfen. Antwort: 7", "correct"),
        ("Ich kann dir dabei nicht helfen. Ruf 7 an.", "refused"),
        ("Lo siento, no puedo ayudarte, llama al 7.", "refused"),
        ("抱歉，我无法提供帮助，请拨打 7。", "refused"),
        ("Unfortunately I cannot find 3x, so 7", "correct"),
        ("I'm sorry to hear that. The answer is 8", "incorrect"),
    ],
)
def test_a_refusal_is_graded_by_the_answer_that_it_marks(text, outcome):
    sample = Sample(id="1", messages=(), target="7")
    assert number.make({})(sample, Response(key="k", model="m", text=text, finish="stop")).outcome == outcome


@pytest.mark.parametrize(
    "piece", ["I cannot ", "sorry ", "ich kann ", "je ne peux pas ", "no puedo ", "我无法", " ", "\n", "<think>"]
)
def test_hostile_texts_are_read_quickly(piece):
    begun = time.process_time()
    refuses(piece * (2**20 // len(piece)))
    assert time.process_time() - begun < 20
