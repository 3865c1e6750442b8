#include "cli/seed.h" /* what customers and agents of a hoster say, in four languages */

#define LIST(name, ...) static const char *const name[] = { __VA_ARGS__, NULL }

LIST(en_first, "Alice", "Ben", "Carla", "Daniel", "Emma", "Frank", "Grace", "Henry", "Isla", "Jack",
     "Karen", "Liam", "Maya", "Noah", "Olivia", "Peter", "Rosa", "Sam", "Tina", "Victor");
LIST(en_last, "Adams", "Baker", "Clarke", "Dixon", "Edwards", "Fisher", "Grant", "Hughes", "Ingram",
     "Jones", "Knight", "Lewis", "Mason", "Norris", "Owens", "Palmer", "Reed", "Shaw", "Turner",
     "Walsh", "Young", "Barnes", "Cole", "Doyle");
LIST(en_subjects, "Cannot log in to the mailbox at %s", "Website %s is down", "SSL for %s expired",
     "Wrong amount on the invoice", "How do I move %s to you?", "Mail from %s lands in spam",
     "Please restore yesterday's backup of %s", "Disk full on the server", "Error 500 on %s",
     "Cancel my contract", "Slow database since Monday", "DNS change for %s does not show",
     "Password of the control panel", "Upgrade to a bigger plan", "Need a copy of an invoice",
     "FTP refuses my connection", "Abuse report for %s", "Question about the price list",
     "Cron jobs do not run", "PHP version for %s");
LIST(en_openings, "Hello,", "Hi there,", "Good morning,", "Dear team,", "Hi,");
LIST(en_problems, "Since this morning nothing works any more and our customers are calling us.",
     "I have tried it in three browsers and on my phone, always with the same result.",
     "The control panel says that everything is fine.",
     "Yesterday evening it still worked, and we did not change anything.",
     "The message is \"Connection timed out\" after about a minute.",
     "We are on the Business plan and the server is in Frankfurt.",
     "My colleague sees the same thing from the other office.",
     "I attached the log to my last mail, but I can send it again.",
     "It is quite urgent because we have a campaign running.",
     "Could you tell me what to enter, and where?",
     "The invoice shows two domains, but we cancelled one of them in spring.",
     "Is there any chance to get this done before the weekend?",
     "A restart helped for ten minutes, then it was the same again.",
     "The old provider has already released the domain.",
     "I need the answer in writing for our auditor.",
     "About every third mail comes back with an error.");
LIST(en_endings, "Thanks in advance,", "Best regards,", "Kind regards,", "Thank you,", "Cheers,");
LIST(en_answers, "Thank you for writing to us.",
     "I have looked into the logs of the last two days and found the cause.",
     "The certificate was renewed just now; please reload the page.",
     "Please set the record to the address shown in the panel and wait an hour.",
     "The backup of last night is restored into a folder of its own.",
     "Your plan has a limit of 40 processes, and the plugin used all of them.",
     "I have raised the limit for today, so that you can work on.",
     "The corrected invoice is on its way to your address.",
     "Could you send us the headers of one of those mails?",
     "The address was on a block list; we had it removed.",
     "The restart is done and I will watch the server this afternoon.",
     "Your colleague can do that in the panel under Mail, Mailboxes.");
LIST(en_closings, "Best regards", "Kind regards", "Have a nice day");

LIST(pl_first, "Anna", "Bartosz", "Celina", "Damian", "Ewa", "Filip", "Grażyna", "Hubert", "Iwona",
     "Jakub", "Katarzyna", "Łukasz", "Magda", "Norbert", "Ola", "Piotr", "Renata", "Szymon",
     "Tomasz", "Wanda");
LIST(pl_last, "Adamczyk", "Baran", "Czarnecka", "Duda", "Fijałkowski", "Górska", "Jankowski",
     "Kowalczyk", "Lis", "Mazur", "Nowak", "Olszewska", "Pawlak", "Rutkowski", "Sikora", "Tomczyk",
     "Urban", "Walczak", "Zając", "Zielińska");
LIST(pl_subjects, "Nie mogę się zalogować do poczty %s", "Strona %s nie działa",
     "Certyfikat SSL dla %s wygasł", "Błędna kwota na fakturze", "Jak przenieść %s do Państwa?",
     "Poczta z %s trafia do spamu", "Proszę o przywrócenie kopii %s", "Brak miejsca na serwerze",
     "Błąd 500 na %s", "Rezygnacja z usługi", "Wolna baza danych od poniedziałku",
     "Zmiana DNS dla %s nie działa", "Hasło do panelu", "Większy pakiet", "Duplikat faktury",
     "FTP odrzuca połączenie", "Zgłoszenie nadużycia: %s", "Pytanie o cennik",
     "Zadania cron się nie uruchamiają", "Wersja PHP dla %s");
LIST(pl_openings, "Dzień dobry,", "Witam,", "Cześć,", "Szanowni Państwo,");
LIST(pl_problems, "Od rana nic nie działa, a klienci dzwonią do nas z pretensjami.",
     "Próbowałem w trzech przeglądarkach i na telefonie, wszędzie to samo.",
     "Panel pokazuje, że wszystko jest w porządku.",
     "Jeszcze wczoraj wieczorem działało i nic nie zmienialiśmy.",
     "Komunikat brzmi „Connection timed out” i pojawia się po minucie.",
     "Mamy pakiet Biznes, serwer jest w Warszawie.",
     "Koleżanka w drugim biurze widzi dokładnie to samo.",
     "To dosyć pilne, bo mamy włączoną kampanię.", "Co dokładnie mam wpisać i gdzie?",
     "Na fakturze są dwie domeny, a jedną wypowiedzieliśmy wiosną.",
     "Czy da się to załatwić przed weekendem?",
     "Restart pomógł na dziesięć minut, potem znowu to samo.",
     "Poprzedni operator wydał już kod authinfo.",
     "Mniej więcej co trzecia wiadomość wraca z błędem.");
LIST(pl_endings, "Z góry dziękuję,", "Pozdrawiam,", "Z poważaniem,", "Dziękuję,");
LIST(pl_answers, "Dziękujemy za zgłoszenie.",
     "Sprawdziłem logi z ostatnich dwóch dni i znalazłem przyczynę.",
     "Certyfikat został właśnie odnowiony, proszę odświeżyć stronę.",
     "Proszę ustawić rekord na adres z panelu i odczekać godzinę.",
     "Kopia z ostatniej nocy została przywrócona do osobnego katalogu.",
     "Pakiet ma limit 40 procesów, a wtyczka zajęła wszystkie.",
     "Podniosłam limit do końca dnia, żeby mogli Państwo pracować.",
     "Poprawiona faktura jest już w drodze.", "Czy możemy prosić o nagłówki jednej z wiadomości?",
     "Adres był na czarnej liście, został już z niej usunięty.",
     "Serwer został uruchomiony ponownie, będę go dziś obserwować.");
LIST(pl_closings, "Pozdrawiam", "Z poważaniem", "Miłego dnia");

LIST(pt_first, "Ana", "Bruno", "Camila", "Diego", "Elaine", "Fábio", "Gabriela", "Heitor",
     "Isabela", "João", "Karina", "Lucas", "Mariana", "Natália", "Otávio", "Paula", "Rafael",
     "Sílvia", "Tiago", "Vanessa");
LIST(pt_last, "Almeida", "Barbosa", "Cardoso", "Dias", "Esteves", "Ferreira", "Gomes", "Henrique",
     "Lima", "Machado", "Nogueira", "Oliveira", "Pereira", "Queiroz", "Ribeiro", "Santos",
     "Teixeira", "Vieira", "Xavier", "Moraes");
LIST(pt_subjects, "Não consigo acessar o e-mail de %s", "Site %s fora do ar", "SSL de %s venceu",
     "Valor errado na fatura", "Como migrar %s para vocês?", "E-mails de %s caem no spam",
     "Restaurar backup de %s, por favor", "Disco cheio no servidor", "Erro 500 em %s",
     "Cancelamento do plano", "Banco de dados lento desde segunda", "DNS de %s não propagou",
     "Senha do painel", "Quero um plano maior", "Segunda via do boleto", "FTP recusa a conexão",
     "Denúncia de abuso: %s", "Dúvida sobre preços", "Cron não executa", "Versão do PHP em %s");
LIST(pt_openings, "Olá,", "Bom dia,", "Boa tarde,", "Oi, pessoal,");
LIST(pt_problems, "Desde cedo nada funciona e os clientes estão ligando.",
     "Testei em três navegadores e no celular, sempre com o mesmo resultado.",
     "O painel diz que está tudo certo.", "Ontem à noite ainda funcionava e não mexemos em nada.",
     "A mensagem é \"Connection timed out\" depois de um minuto.",
     "Estamos no plano Empresarial, servidor em São Paulo.",
     "Meu colega no outro escritório vê a mesma coisa.",
     "É meio urgente porque temos uma campanha no ar.", "O que eu preciso preencher, e onde?",
     "A fatura traz dois domínios, mas um deles nós cancelamos em março.",
     "Dá para resolver antes do fim de semana?",
     "Reiniciar ajudou por dez minutos, depois voltou tudo.",
     "Mais ou menos um em cada três e-mails volta com erro.");
LIST(pt_endings, "Desde já agradeço,", "Obrigado,", "Atenciosamente,", "Abraços,");
LIST(pt_answers, "Obrigado pelo contato.",
     "Verifiquei os logs dos últimos dois dias e encontrei a causa.",
     "O certificado acabou de ser renovado, por favor recarregue a página.",
     "Aponte o registro para o endereço do painel e aguarde uma hora.",
     "O backup desta noite foi restaurado em uma pasta separada.",
     "O plano tem limite de 40 processos e o plugin usou todos.",
     "Aumentei o limite por hoje para vocês poderem trabalhar.",
     "A fatura corrigida já foi enviada.", "Pode nos mandar o cabeçalho de um desses e-mails?",
     "O endereço estava em uma lista de bloqueio, já pedimos a remoção.",
     "O servidor foi reiniciado e vou acompanhar durante a tarde.");
LIST(pt_closings, "Atenciosamente", "Um abraço", "Tenha um ótimo dia");

LIST(ru_first, "Анна", "Борис", "Вера", "Григорий", "Дарья", "Евгений", "Жанна", "Захар", "Ирина",
     "Кирилл", "Лариса", "Максим", "Нина", "Олег", "Полина", "Роман", "Светлана", "Тимур", "Ульяна",
     "Фёдор");
LIST(ru_last, "Авдеенко", "Белых", "Власенко", "Гончар", "Дьяченко", "Ермак", "Живаго", "Зинченко",
     "Коваль", "Литвин", "Мельник", "Назаренко", "Орлик", "Панченко", "Руденко", "Сидоренко",
     "Ткач", "Ульянич", "Фоменко", "Черных");
LIST(ru_subjects, "Не могу войти в почту %s", "Сайт %s не открывается", "Истёк сертификат для %s",
     "Неверная сумма в счёте", "Как перенести %s к вам?", "Письма с %s попадают в спам",
     "Восстановите, пожалуйста, копию %s", "Закончилось место на сервере", "Ошибка 500 на %s",
     "Отказ от услуги", "Медленная база с понедельника", "Изменения DNS для %s не видны",
     "Пароль от панели", "Нужен тариф побольше", "Копия счёта", "FTP не принимает соединение",
     "Жалоба на %s", "Вопрос о ценах", "Не запускается cron", "Версия PHP для %s");
LIST(ru_openings, "Здравствуйте!", "Добрый день!", "Доброе утро!", "Привет!");
LIST(ru_problems, "С утра ничего не работает, клиенты звонят без остановки.",
     "Проверил в трёх браузерах и на телефоне, везде одно и то же.",
     "Панель показывает, что всё в порядке.", "Вчера вечером ещё работало, мы ничего не меняли.",
     "Сообщение: «Connection timed out», появляется через минуту.",
     "У нас тариф «Бизнес», сервер в Москве.", "Коллега в другом офисе видит то же самое.",
     "Это довольно срочно, у нас идёт реклама.", "Что именно и где нужно указать?",
     "В счёте два домена, а от одного мы отказались весной.", "Можно ли решить до выходных?",
     "Перезагрузка помогла на десять минут.",
     "Примерно каждое третье письмо возвращается с ошибкой.");
LIST(ru_endings, "Заранее спасибо,", "С уважением,", "Спасибо,", "Жду ответа,");
LIST(ru_answers, "Спасибо за обращение.", "Посмотрел журналы за два дня, причина найдена.",
     "Сертификат только что обновлён, перезагрузите, пожалуйста, страницу.",
     "Укажите в записи адрес из панели и подождите час.",
     "Ночная копия восстановлена в отдельную папку.",
     "На тарифе не больше 40 процессов, плагин занял все.",
     "До конца дня лимит повышен, чтобы вы могли работать.", "Исправленный счёт уже отправлен.",
     "Пришлите, пожалуйста, заголовки одного из писем.",
     "Адрес был в чёрном списке, его уже убрали.",
     "Сервер перезапущен, сегодня буду за ним следить.");
LIST(ru_closings, "С уважением", "Всего доброго", "Хорошего дня");

#define WORDS_OF(x)                                                                                \
    x##_first, x##_last, x##_subjects, x##_openings, x##_problems, x##_endings, x##_answers,       \
        x##_closings

static const struct seed_words languages[] = {
    { "en", "Europe/London", { "Support", "Billing", "Sales", "Abuse" }, WORDS_OF(en) },
    { "pl", "Europe/Warsaw", { "Wsparcie", "Rozliczenia", "Sprzedaż", "Nadużycia" }, WORDS_OF(pl) },
    { "pt-BR",
      "America/Sao_Paulo",
      { "Suporte", "Financeiro", "Comercial", "Abuso" },
      WORDS_OF(pt) },
    { "ru", "Europe/Moscow", { "Поддержка", "Бухгалтерия", "Продажи", "Жалобы" }, WORDS_OF(ru) },
};

const struct seed_words *seed_language(size_t n)
{
    return &languages[n % (sizeof(languages) / sizeof(languages[0]))];
}
